"""``classward watch``: the work beside serving."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from classward.cli.options import task_options

if TYPE_CHECKING:
    import subprocess

    from classward.flows.context import Context
    from classward.flows.watch import Ticked

__all__ = ["command"]

_MOST_PAUSE_S = 600.0


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
    worker = _Worker(task_file, workspace, is_here=once)
    done = None
    while while_pid is None or os.getppid() == while_pid:
        try:
            done = tick(ctx, holder=holder, now=ctx.clock.now(), notifiers=places, work=worker)
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


class _Worker:
    """Makes the steps of a run of the loop: here for one round, else in a process of its own, so that rounds go on.

    A process that died is started again after a pause that doubles each time, up to ten minutes.
    """

    def __init__(self, task_file: str, workspace: str | None, *, is_here: bool) -> None:
        self._task_file, self._workspace, self._is_here = task_file, workspace, is_here
        self._child: subprocess.Popen[bytes] | None = None
        self._n_died, self._not_before_s = 0, 0.0

    def __call__(self, ctx: Context) -> None:
        if self._is_here:
            from classward.cli.loop import work_here

            work_here(ctx, self._task_file, n_threads=None, while_pid=None)
            return
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                return
            self._child = None
            self._n_died = self._n_died + 1 if code else 0
            if code:
                self._not_before_s = time.monotonic() + min(_MOST_PAUSE_S, 5.0 * 2.0**self._n_died)
        if time.monotonic() >= self._not_before_s:
            from classward import wiring

            self._child = wiring.start_loop_worker(self._task_file, self._workspace)


def _say(done: Ticked) -> None:
    if done.loop is not None and done.loop.decision is not None:
        found = done.loop.verdict
        click.echo(f" loop: {found.outcome}: {'; '.join((*found.reasons, *found.missing))}", err=True)
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
