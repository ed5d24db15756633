"""``classward quarantine``: a version that must not answer."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("quarantine")
@click.argument("version", type=int)
@click.option("--lift", is_flag=True, help="End the quarantine.")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@task_options
@json_option
def command(version: int, lift: bool, because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Keep VERSION from being deployed or returned to until the quarantine is lifted."""
    from classward.cli import output
    from classward.flows.quarantine import lift_quarantine, quarantine

    ctx = open_task(task_file, workspace)
    event = (lift_quarantine if lift else quarantine)(ctx, version, because=because)
    if as_json:
        output.as_json(event)
        return
    click.echo(f" version {version}: {'out of quarantine' if lift else 'in quarantine'} ({because})")
