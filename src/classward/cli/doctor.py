"""``classward doctor``: why things are as they are, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classward.domain import Diagnosis

__all__ = ["command", "show"]


@click.command("doctor")
@task_options
@json_option
def command(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Say what is wrong, which evidence is missing and what to do; exit code 1 while something is wrong."""
    from classward.cli import output
    from classward.flows.doctor import doctor

    ctx = open_task(task_file, workspace)
    found = doctor(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(found)
    else:
        show(found)
    if any(d.level == "wrong" for d in found):
        raise SystemExit(1)


def show(found: Sequence[Diagnosis]) -> None:
    """Print each diagnosis with its reason and its remedy."""
    for one in found:
        click.echo(f" {one.level.upper():<8} {one.about}: {one.what}")
        click.echo(f"          because  {one.because}")
        click.echo(f"          do       {one.do}")
    if not found:
        click.echo(" all is in order, and nothing is missing. Next: classward status")
