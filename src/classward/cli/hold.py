"""``classward hold``: keep a version whatever the rule says."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("hold")
@click.argument("version", type=int)
@click.option("--lift", is_flag=True, help="End the hold.")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@task_options
@json_option
def command(version: int, lift: bool, because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Keep VERSION from being collected until the hold is lifted."""
    from classward.cli import output
    from classward.flows.collect import hold, lift_hold

    ctx = open_task(task_file, workspace)
    event = (lift_hold if lift else hold)(ctx, version, because=because)
    if as_json:
        output.as_json(event)
        return
    click.echo(f" version {version}: {'hold lifted' if lift else 'on hold'} ({because})")
