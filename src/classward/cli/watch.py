"""``classward watch``: the work beside serving."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from classward.cli.options import task_options

if TYPE_CHECKING:
    from classward.flows.watch import Ticked

__all__ = ["command"]


@click.command("watch")
@click.option("--once", is_flag=True, help="One round, for cron.")
@click.option("--every", default=5.0, show_default=True, help="Seconds between rounds.")
@click.option("--while-pid", type=int, hidden=True, help="End when this process is gone.")
@task_options
def command(once: bool, every: float, while_pid: int | None, task_file: str, workspace: str | None) -> None:
    """Take in labels as evidence, raise alerts, seal the record log; of several, one works and the others wait."""
    from classward import wiring
    from classward.errors import ClasswardError
    from classward.flows.watch import tick

    settings = wiring.read_settings(os.environ, workspace=workspace)
    ctx = wiring.open_context(task_file, settings)
    places = wiring.notifiers(task_file, settings, ctx)
    holder = f"watch-{os.getpid()}"
    done = None
    while while_pid is None or os.getppid() == while_pid:
        try:
            done = tick(ctx, holder=holder, now=ctx.clock.now(), notifiers=places)
        except Exception as error:  # process loop: whatever one round met, the next one may go well
            if once:
                raise
            said = (
                error if isinstance(error, ClasswardError) else f"this round failed ({type(error).__name__}: {error})"
            )
            click.echo(f"classward: {said}", err=True)
            done = None
        if done:
            _say(done)
        if once:
            break
        time.sleep(every)
    ctx.leases.release(f"watch:{ctx.task.name}", holder)
    if once and done and done.sealed.problems:
        raise SystemExit(1)


def _say(done: Ticked) -> None:
    if done.rollout is not None and done.rollout.decision is not None:
        verdict = done.rollout.verdict
        said = "; ".join((*verdict.reasons, *verdict.missing))
        click.echo(f" rollout of v{done.rollout.rollout.candidate}: {verdict.outcome}, {said}", err=True)
    from classward.cli import output

    for problem in (*done.sealed.problems, *done.told.problems):
        click.echo(f"classward: {problem}", err=True)
    drift = done.drift
    for alert in (*done.taken.raised, *(drift.raised if drift else ())):
        click.echo(f" {alert.severity}: {output.about(alert)}: {output.grounds(alert)} ({alert.id})", err=True)
    for alert in (*done.taken.resolved, *(drift.resolved if drift else ())):
        click.echo(f" resolved: {output.about(alert)} ({alert.id})", err=True)
    if done.sealed.n_hashed:
        click.echo(f" {done.sealed.n_hashed} sealed files of an earlier release got their SHA-256", err=True)
    if done.sealed.n_segments:
        sealed = done.sealed
        click.echo(
            f" sealed {sealed.n_segments} segments: {sealed.n_predictions:,} answers, {sealed.n_labels:,} labels",
            err=True,
        )
