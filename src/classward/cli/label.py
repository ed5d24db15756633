"""``classward label import``: truths that came late."""

from __future__ import annotations

import os

import click

from classward.cli.options import json_option, task_options

__all__ = ["command"]


@click.group("label")
def command() -> None:
    """Labels: truths that come after the answers."""


@command.command("import")
@click.argument("table")
@click.option("--source", default="import", show_default=True, help="Where the labels come from, when no column says.")
@task_options
@json_option
def _import_labels(table: str, source: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Import labels from TABLE with columns id, label, event_at and, if known, source, annotator, weight.

    Importing the same table twice changes nothing. Labels that cannot be accepted are set aside with a reason; exit code
    1 if there are any.
    """
    from classward import wiring
    from classward.cli import output

    settings = wiring.read_settings(os.environ, workspace=workspace)
    receipt = wiring.import_labels(task_file, settings, table, source=source)
    counts = {state: receipt.count(state) for state in ("accepted", "duplicate", "quarantined")}
    set_aside = [item for item in receipt.items if item.state == "quarantined"]
    if as_json:
        output.as_json({**counts, "quarantined_items": set_aside})
    else:
        click.echo(" " + "   ".join(f"{name} {n:,}" for name, n in counts.items()))
        for item in set_aside[:10]:
            click.echo(f" row {item.index + 1}: {item.reason}")
        click.echo(" Next: classward status")
    if set_aside:
        raise SystemExit(1)
