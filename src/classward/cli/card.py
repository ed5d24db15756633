"""``classward card``: a version's model card."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("card")
@click.argument("version", type=int, required=False)
@task_options
@json_option
def command(version: int | None, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Print the model card of a VERSION (the newest when none is named), written from registry facts."""
    from classward.cli import output
    from classward.flows.card import card
    from classward.flows.versions import newest, registry_state

    ctx = open_task(task_file, workspace)
    state = registry_state(ctx.journal, ctx.task.name)
    found = state.stored_version(version) if version is not None else newest(state)
    text = card(ctx, found, state)
    if as_json:
        output.as_json({"version": found.version, "markdown": text})
    else:
        click.echo(text)
