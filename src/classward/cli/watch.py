"""``classward watch``: the work beside serving."""

from __future__ import annotations

import os
import time

import click

from classward.cli.options import task_options

__all__ = ["command"]


@click.command("watch")
@click.option("--once", is_flag=True, help="One round, for cron.")
@click.option("--every", default=5.0, show_default=True, help="Seconds between rounds.")
@click.option("--while-pid", type=int, hidden=True, help="End when this process is gone.")
@task_options
def command(once: bool, every: float, while_pid: int | None, task_file: str, workspace: str | None) -> None:
    """Seal the record log; of several, one works and the others wait."""
    from classward import wiring
    from classward.errors import ClasswardError
    from classward.flows.watch import tick

    settings = wiring.read_settings(os.environ, workspace=workspace)
    ctx = wiring.open_context(task_file, settings)
    holder = f"watch-{os.getpid()}"
    done = None
    while while_pid is None or os.getppid() == while_pid:
        try:
            done = tick(ctx, holder=holder, now=ctx.clock.now())
        except ClasswardError as error:
            if once:
                raise
            click.echo(f"classward: {error}", err=True)
            done = None
        for problem in done.problems if done else ():
            click.echo(f"classward: {problem}", err=True)
        if done and done.n_segments:
            click.echo(
                f" sealed {done.n_segments} segments: {done.n_predictions:,} answers, {done.n_labels:,} labels",
                err=True,
            )
        if once:
            break
        time.sleep(every)
    ctx.leases.release(f"watch:{ctx.task.name}", holder)
    if once and done and done.problems:
        raise SystemExit(1)
