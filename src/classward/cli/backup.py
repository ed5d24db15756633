"""``classward backup``: copy the workspace while it is in use."""

from __future__ import annotations

import os
from pathlib import Path

import click

from classward.cli.options import json_option, task_options

__all__ = ["command"]


@click.command("backup")
@click.argument("folder")
@task_options
@json_option
def command(folder: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Copy the workspace into FOLDER, also while servers write, and check the copy."""
    from classward import wiring
    from classward.cli import output
    from classward.errors import RecordError
    from classward.flows.context import note
    from classward.flows.verify import verify

    settings = wiring.read_settings(os.environ, workspace=workspace)
    wiring.load_task(task_file)
    n_files = wiring.copy_workspace(task_file, settings, folder)
    copied = wiring.open_context(task_file, wiring.read_settings(os.environ, workspace=str(Path(folder).resolve())))
    note(copied, "copied", {"up_to": copied.journal.head().seq}, why=f"a copy of {settings.workspace}")
    found = verify(copied)
    if found.problems:
        raise RecordError(
            "CW931", "the copy is not in order", got="; ".join(found.problems[:5]),
            why="a backup that cannot be restored is none", fix="see whether 'classward verify' finds the same here",
        )  # fmt: skip
    if as_json:
        output.as_json({"n_files": n_files, "n_events": found.n_events, "n_bundles": found.n_bundles})
        return
    click.echo(f" {n_files:,} files in {folder}; {found.n_events:,} events and {found.n_bundles} bundles verified")
