"""``classward export prometheus`` and ``grafana``: files by which other programs watch a server."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["export_watching"]

_NEXT = {
    "prometheus": "promtool check rules {0}/classward.rules.yml; promtool test rules {0}/classward.rules_test.yml",
    "grafana": "import {0}/classward.dashboard.json into Grafana and choose its Prometheus",
}


def export_watching(kind: str, folder: Path, *, server: str, task_file: str, as_json: bool) -> None:
    """Write the files and say which rules were left out, and why."""
    from classward import wiring
    from classward.cli import output
    from classward.flows.export_watching import write_exported

    made = wiring.watching_files(kind, wiring.load_task(task_file), server=server)
    write_exported(made, folder)
    names = [file.name for file in made.files]
    if as_json:
        output.as_json({"folder": str(folder), "files": names, "left_out": list(made.left_out)})
        return
    click.echo(f"{folder}: {', '.join(names)}")
    for said in made.left_out:
        click.echo(f" {said}")
    click.echo(f"Next: {_NEXT[kind].format(folder)}")
