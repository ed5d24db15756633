"""``classward replay``: decide again from what was recorded."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("replay")
@click.argument("decision")
@task_options
@json_option
def command(decision: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Decide a recorded DECISION again from its stored inputs; exit code 1 if the answer differs."""
    from classward.cli import output
    from classward.flows.compare import replay

    stored, is_same = replay(open_task(task_file, workspace), decision)
    if as_json:
        output.as_json({"decision": stored, "is_same": is_same})
    else:
        click.echo(
            f" {stored.verb} {stored.id}: {stored.verdict} — replayed to {'the same' if is_same else 'ANOTHER'} answer"
        )
    if not is_same:
        raise SystemExit(1)
