"""``classward freeze``: let nothing be deployed for a while."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("freeze")
@click.option("--lift", is_flag=True, help="End the freeze.")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@task_options
@json_option
def command(lift: bool, because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Let nothing be promoted or deployed until the freeze is lifted; aborts and rollbacks stay possible."""
    from classward.cli import output
    from classward.flows.rollout import freeze, thaw

    event = (thaw if lift else freeze)(open_task(task_file, workspace), because=because)
    if as_json:
        output.as_json(event)
        return
    click.echo(f" changes are {'possible again' if lift else 'frozen'} ({because})")
