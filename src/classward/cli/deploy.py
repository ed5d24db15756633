"""``classward deploy``: begin to make a version live, or do it at once."""

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
@click.option("--shadow", "first", flag_value="shadow", help="Begin with copies of requests (the default).")
@click.option("--canary", "first", flag_value="canary", help="Begin with a share of traffic; needs --because.")
@click.option("--now", "first", flag_value="now", help="Switch at once, around shadow and canary; needs --because.")
@click.option("--override", is_flag=True, help="Go against the gate; needs --because, and stays in the journal.")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@click.option("--within", default=10.0, show_default=True, help="Seconds to wait for every worker.")
@task_options
@json_option
def command(
    version: int,
    first: str | None,
    override: bool,
    because: str,
    within: float,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Begin to make a VERSION live: shadow, canary, live, each on evidence for every critical class.

    With --now servers take it up at once without dropping a request, each proved by hash.
    """
    from classward.cli import output
    from classward.flows.deploy import deploy_now, prove_swap
    from classward.flows.gate_standing import override_gate
    from classward.flows.rollout import begin, judge_now

    ctx = open_task(task_file, workspace)
    if override:
        override_gate(ctx, version, because=because)
    if first == "now":
        event = deploy_now(ctx, version, because=because)
        proof = prove_swap(ctx, within_s=within, pause=time.sleep)
        show_proof(proof, f"version {version} is live since {event.at:%H:%M:%S} UTC", as_json=as_json)
        return
    begin(ctx, version, first=first or "shadow", because=because)
    look = judge_now(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(look)
    elif look is not None:
        from classward.cli.rollout import show

        show(look)


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
