"""``classward rollback``: the way back."""

from __future__ import annotations

import time

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("rollback")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@click.option("--within", default=10.0, show_default=True, help="Seconds to wait for every worker.")
@task_options
@json_option
def command(because: str, within: float, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Make the version live again that was live before the present one."""
    from classward.cli.deploy import show_proof
    from classward.flows.deploy import prove_swap, rollback
    from classward.flows.versions import registry_state, require_live

    ctx = open_task(task_file, workspace)
    event = rollback(ctx, because=because)
    live = require_live(registry_state(ctx.journal, ctx.task.name))
    proof = prove_swap(ctx, within_s=within, pause=time.sleep)
    show_proof(proof, f"rolled back to version {live.version} at {event.at:%H:%M:%S} UTC", as_json=as_json)
