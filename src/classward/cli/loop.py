"""``classward loop``: retraining that decides, trains and releases by itself, as far as it may."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from classward.cli.options import because_option, json_option, open_task, task_options, tell_change

if TYPE_CHECKING:
    from classward.domain import LoopRun
    from classward.flows.context import Context
    from classward.flows.loop import LoopLook
    from classward.lifecycle.retrain import LoopState

__all__ = ["command", "pause", "resume", "review", "run", "show", "status", "work", "work_here"]

_LEASE_S = 15.0
_RENEW_S = 4.0


@click.group("loop")
def command() -> None:
    """Look at the loop that retrains, start a run by hand, pause it, answer what it asks."""


@command.command("status")
@task_options
@json_option
def status(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show what asks for a retraining, what would be decided now, and each step of the last run with its time."""
    from classward.cli import output
    from classward.flows.loop import judge_loop, loop_state

    ctx = open_task(task_file, workspace)
    loop, look = loop_state(ctx), judge_loop(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json({"policy": ctx.task.loop, "state": loop, "now": look})
    else:
        show(ctx.task.loop.autonomy, loop, look)


@command.command("run")
@because_option
@click.option("--threads", type=click.IntRange(min=1), help="Threads of a training made here [all cores].")
@task_options
@json_option
def run(because: str, threads: int | None, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Ask for a run now; a running 'watch' makes it, otherwise it is made here."""
    from classward.cli import output
    from classward.flows.loop import ask, look_at_loop, loop_state

    ctx = open_task(task_file, workspace)
    asked = ask(ctx, because=because)
    now, holder = ctx.clock.now(), f"loop-{os.getpid()}"
    is_watched = not ctx.leases.acquire(f"watch:{ctx.task.name}", holder, now=now, ttl_s=_LEASE_S)
    if not is_watched:
        look = look_at_loop(ctx, now=now)
        ctx.leases.release(f"watch:{ctx.task.name}", holder)
        if look is not None and not as_json:
            click.echo(f" {look.verdict.outcome}: {'; '.join((*look.verdict.reasons, *look.verdict.missing))}")
        work_here(ctx, task_file, n_threads=threads, while_pid=None)
    if as_json:
        output.as_json({"asked": asked, "state": loop_state(ctx)})
    elif is_watched:
        click.echo(" asked; 'classward watch' is running and makes it. Next: classward loop status")
    else:
        _show_run(loop_state(ctx))


@command.command("pause")
@because_option
@task_options
@json_option
def pause(because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Begin no run and no further step; a rollout under way goes on."""
    from classward.flows.loop import pause as say

    tell_change(say(open_task(task_file, workspace), because=because), "paused", then="loop status", as_json=as_json)


@command.command("resume")
@because_option
@task_options
@json_option
def resume(because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Go on after a pause."""
    from classward.flows.loop import resume as say

    tell_change(say(open_task(task_file, workspace), because=because), "goes on", then="loop status", as_json=as_json)


@command.command("review")
@because_option
@task_options
@json_option
def review(because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Answer what the loop asked an expert, so that it may go on."""
    from classward.flows.loop import review as say

    tell_change(say(open_task(task_file, workspace), because=because), "answered", then="loop status", as_json=as_json)


@command.command("work", hidden=True)
@click.option("--while-pid", type=int, help="End when this process is gone.")
@task_options
def work(while_pid: int | None, task_file: str, workspace: str | None) -> None:
    """Make the steps of the run under way (started by 'watch')."""
    work_here(open_task(task_file, workspace), task_file, n_threads=None, while_pid=while_pid)


def work_here(ctx: Context, task_file: str, *, n_threads: int | None, while_pid: int | None) -> None:
    """Make every step that is due in this process, as the only one; nothing if another process does."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from classward import wiring
    from classward.cli import output
    from classward.errors import ClasswardError
    from classward.flows.loop_steps import Means, give_up, make_steps

    with _alone(ctx, while_pid) as is_alone:
        if not is_alone:
            return
        try:
            means = Means(
                n_threads=n_threads or len(os.sched_getaffinity(0)), tell=output.tell,
                examples=wiring.load_safety(task_file, ctx.task),
            )  # fmt: skip
            for name, made in make_steps(ctx, means):
                click.echo(f" loop {name}: {made.outcome}, {made.said}", err=True)
        except ClasswardError:
            raise  # the store was busy or full: the step is made again
        except Exception as error:  # process loop: a step that breaks would be made again for ever
            give_up(ctx, f"{type(error).__name__}: {error}")
            raise


@contextmanager
def _alone(ctx: Context, while_pid: int | None) -> Iterator[bool]:
    """Hold the lease of the worker; a process that lost it, or whose parent is gone, ends at once, whatever it does."""
    name, holder, over = f"loop:{ctx.task.name}", f"loop-{os.getpid()}", threading.Event()
    if not ctx.leases.acquire(name, holder, now=ctx.clock.now(), ttl_s=_LEASE_S):
        yield False
        return

    def keep() -> None:
        while not over.wait(_RENEW_S):
            is_mine = ctx.leases.acquire(name, holder, now=ctx.clock.now(), ttl_s=_LEASE_S)
            if not is_mine or (while_pid is not None and os.getppid() != while_pid):
                os._exit(1)  # nothing half-done is visible: what was made is found again by its content

    keeper = threading.Thread(target=keep, name="keeps the lease", daemon=True)
    keeper.start()
    try:
        yield True
    finally:
        over.set()
        keeper.join()
        ctx.leases.release(name, holder)


def show(autonomy: str, loop: LoopState, look: LoopLook) -> None:
    """Print where the loop stands."""
    from classward.cli import output

    paused = f"   paused: {loop.paused}" if loop.paused else ""
    click.echo(f" autonomy {autonomy}{paused}")
    if loop.run is None:
        click.echo(f" now: {look.verdict.outcome}: {look.verdict.cause}")
        for said in (*look.verdict.reasons, *look.verdict.missing):
            click.echo(f"   {said}")
    facts = look.facts
    since = f" since {output.moment(facts.trained_at)}" if facts.trained_at else ""
    click.echo(f" {facts.n_new_labels:,} labels to learn from{since}")
    if loop.decided_at is not None:
        click.echo(
            f" last decision {loop.decision_id} of {output.moment(loop.decided_at)}: classward replay {loop.decision_id}"
        )
    _show_run(loop)
    if loop.question:
        click.echo(' Next: classward loop review --because "…"')
    elif autonomy == "off":
        click.echo(' Next: set loop.autonomy in the task file, or classward loop run --because "…"')


def _show_run(loop: LoopState) -> None:
    from classward.cli import output

    if not loop.runs:
        return
    last = loop.runs[-1]
    click.echo(f" run of {output.moment(last.began_at)}: {last.state}. {'; '.join(last.because)}")
    rows = [(s.name, f"{s.took_s:.1f} s", output.moment(s.at), s.outcome, s.said) for s in last.steps]
    if last.next_step:
        rows.append((last.next_step, "–", "–", "to be made", ""))
    output.table(("step", "took", "done at", "outcome", "said"), rows, right=(1,))
    took = _to_candidate(last)
    if took is not None:
        click.echo(f" from the decision to a candidate: {took:.0f} s")


def _to_candidate(run: LoopRun) -> float | None:
    return next(
        ((s.at - run.began_at).total_seconds() for s in run.steps if s.name == "train" and s.outcome == "done"), None
    )
