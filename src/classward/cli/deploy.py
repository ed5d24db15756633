"""``classward deploy``: make a version live."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.flows.deploy import SwapProof

__all__ = ["command", "show_proof"]


@click.command("deploy")
@click.argument("version", type=int)
@click.option("--now", is_flag=True, help="Switch at once, around shadow and canary; needs --because.")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@click.option("--within", default=10.0, show_default=True, help="Seconds to wait for every worker.")
@task_options
@json_option
def command(
    version: int, now: bool, because: str, within: float, task_file: str, workspace: str | None, as_json: bool
) -> None:
    """Make a VERSION live; running servers take it up without dropping a request, each proved by hash."""
    from classward.errors import Refused
    from classward.flows.deploy import deploy_now, prove_swap

    ctx = open_task(task_file, workspace)
    if not now:
        raise Refused(
            "CW803",
            "a version is not made live without evidence from live traffic",
            got="no --now",
            why="shadow and canary rollouts come with a later release; until then the switch is a person's decision",
            fix=f'classward compare, then: classward deploy {version} --now --because "…"',
        )
    event = deploy_now(ctx, version, because=because)
    proof = prove_swap(ctx, within_s=within, pause=time.sleep)
    show_proof(proof, f"version {version} is live since {event.at:%H:%M:%S} UTC", as_json=as_json)


def show_proof(proof: SwapProof, headline: str, *, as_json: bool) -> None:
    """Say which workers answer with the intended version; exit code 1 if one does not."""
    from classward.cli import output

    if as_json:
        output.as_json({"headline": headline, "proof": proof, "is_proved": proof.is_proved})
    else:
        click.echo(f" {headline} ({proof.intended[:8]})")
        if not proof.workers:
            click.echo(" no server is running; the next one starts with it")
        for worker in proof.workers:
            verdict = "answers with it" if worker.bundle_hash == proof.intended else f"STILL {worker.bundle_hash[:8]}"
            click.echo(f" worker {worker.pid}: {verdict}")
        if proof.workers and proof.is_proved:
            click.echo(f" all {len(proof.workers)} workers proved by hash after {proof.seconds:.1f} s")
    if not proof.is_proved:
        raise SystemExit(1)
