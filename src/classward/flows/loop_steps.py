"""The steps of a run: rows are frozen, a version is trained, the gate judges it, a rollout begins; each leaves an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from classward.domain import LoopRun, SafetyExample, Task
from classward.errors import ClasswardError, JournalError, RecordError
from classward.flows.context import Context, Tell, draft
from classward.flows.loop import loop_state
from classward.flows.loop_gate import hold_at_gate
from classward.flows.production_rows import WEIGHT, labelled_answers, production_rows
from classward.flows.recalibrate import recalibrate
from classward.flows.rollout import begin
from classward.flows.snapshot import restore_snapshot, take_snapshot
from classward.flows.train import train
from classward.flows.trials import lineage_of
from classward.flows.versions import registry_state
from classward.lifecycle.data.times import times_of

__all__ = ["MadeStep", "Means", "give_up", "make_next_step", "make_steps"]

_TRIES = 5
Results = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What steps are made with: threads, who is told of progress, and the safety examples that the gate asks for."""

    n_threads: int
    tell: Tell
    examples: tuple[SafetyExample, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeStep:
    """A step that was made: what it left, in words and as values for the steps after it."""

    outcome: str
    said: str
    results: Results = ()


def make_steps(ctx: Context, means: Means) -> tuple[tuple[str, MadeStep], ...]:
    """Make every step that is due, one after the other, until the run is over or the loop is paused."""
    made: list[tuple[str, MadeStep]] = []
    while True:
        step = make_next_step(ctx, means)
        if step is None:
            return tuple(made)
        made.append(step)


def make_next_step(ctx: Context, means: Means) -> tuple[str, MadeStep] | None:
    """Make the next step of the run under way and record it; ``None`` if none is due.

    A step whose event is missing is made again: it finds what the attempt before it left, since rows, models and versions
    are named by their content, and rows are those of the moment the run began. What a step refuses or cannot do ends the
    run and is recorded with its reason. If somebody else recorded the same step meanwhile, theirs stands.
    """
    loop = loop_state(ctx)
    run = loop.run
    if run is None or loop.paused:
        return None
    name = run.next_step
    began_s = ctx.clock.monotonic_s()
    try:
        made = _STEPS[name](ctx, run, means)
    except (JournalError, RecordError):
        raise  # the store was busy or full: the step is made again
    except ClasswardError as error:
        made = MadeStep(outcome="failed", said=f"{error.code} {error.what}{f': {error.got}' if error.got else ''}")
    return (name, made) if _record(ctx, run, name, made, took_s=ctx.clock.monotonic_s() - began_s) else None


def give_up(ctx: Context, said: str) -> None:
    """End the run under way at its next step: making it again would break again."""
    run = loop_state(ctx).run
    if run is not None:
        _record(ctx, run, run.next_step, MadeStep(outcome="failed", said=said), took_s=0.0)


def _record(ctx: Context, run: LoopRun, name: str, made: MadeStep, *, took_s: float) -> bool:
    payload = {
        "run_id": run.id, "step": name, "outcome": made.outcome, "took_s": round(took_s, 3),
        "results": [list(r) for r in made.results],
    }  # fmt: skip
    for left in reversed(range(_TRIES)):
        head = ctx.journal.head()
        now = loop_state(ctx).run
        if now is None or now.id != run.id or now.next_step != name:
            return False
        try:
            ctx.journal.append(draft(ctx, "loop_stepped", payload, why=made.said), expected=head)
        except JournalError as error:
            if error.code != "CW601" or not left:
                raise
        else:
            return True
    raise AssertionError("unreachable")


def _snapshot(ctx: Context, run: LoopRun, means: Means) -> MadeStep:
    state = registry_state(ctx.journal, ctx.task.name)
    window = ctx.task.loop.window_days
    first = min((d.since for d in state.deployments), default=run.began_at)
    since = first if window is None else max(first, run.began_at - timedelta(days=window))
    answers = labelled_answers(ctx, since=since, until=run.began_at)
    n_more = 0

    def grown(own: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
        nonlocal n_more
        kept, told = _within(own, ctx.task, window, run.began_at)
        if ctx.task.id_column is not None:  # rows that somebody put into the table already
            known = kept[ctx.task.id_column].cast(pl.String).unique()
            more = production_rows(ctx.task, own, answers.filter(~pl.col("id").is_in(known.implode())))
        else:
            more = production_rows(ctx.task, own, answers)
        n_more = more.table.height
        own_rows = kept.with_columns(pl.lit(1.0).alias(WEIGHT))
        return pl.concat([own_rows, more.table.select(own_rows.columns)]), (*told, *more.notes)

    taken = take_snapshot(ctx, means.tell, more=grown)
    said = f"{taken.table.height:,} rows, {n_more:,} of them labelled answers"
    return MadeStep(
        outcome="done", said=said,
        results=(
            ("dataset_hash", taken.dataset.hash), ("rows_hash", taken.split.rows_hash), ("n_rows", taken.table.height),
            ("n_production", n_more),
        ),
    )  # fmt: skip


def _within(
    own: pl.DataFrame, task: Task, window_days: float | None, until: datetime
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows of the training table that are in the window; all of them where they have no times."""
    if window_days is None:
        return own, ()
    if task.time_column is None:
        return own, ("rows of the training table have no times: the window is kept for answers only",)
    since = (until - timedelta(days=window_days)).astimezone(UTC)
    kept = own.filter(times_of(own[task.time_column]) >= since)
    return kept, (f"{own.height - kept.height:,} rows of the training table are older than the window",)


def _train(ctx: Context, run: LoopRun, means: Means) -> MadeStep:
    data = restore_snapshot(ctx, str(run.result("dataset_hash")), str(run.result("rows_hash")))
    encoder = lineage_of(ctx, run.live).encoder
    made = train(
        ctx, budget_s=ctx.task.loop.budget_s, n_threads=means.n_threads, tell=means.tell, encoder=encoder, taken=data
    )  # fmt: skip
    number = made.version.version
    if number == run.live:
        return MadeStep(outcome="refused", said=f"the same rows and plan gave version {number} again, which is live")
    said = f"version {number}: macro F1 {made.report.macro_f1.value:.3f}, accuracy {made.report.accuracy.value:.3f}"
    return MadeStep(outcome="done", said=said, results=(("version", number),))


def _recalibrate(ctx: Context, run: LoopRun, means: Means) -> MadeStep:
    state = registry_state(ctx.journal, ctx.task.name)
    first = min((d.since for d in state.deployments), default=run.began_at)
    made = recalibrate(ctx, run.live, labelled_answers(ctx, since=first, until=run.began_at), tell=means.tell)
    said = (
        f"version {made.version.version}: scores divided by {made.temperature:.3f}; log loss falls by {made.gain:.4f} "
        f"± {1.96 * made.gain_se:.4f} nats a row on the later {made.n_later:,} labelled answers"
    )
    return MadeStep(outcome="done", said=said, results=(("version", made.version.version),))


def _gate(ctx: Context, run: LoopRun, means: Means) -> MadeStep:
    number = int(run.result("version") or 0)
    means.tell("gate", f"version {number}")
    held = hold_at_gate(ctx, number, examples=means.examples)
    return MadeStep(
        outcome="done" if held.may_go_on else "refused", said=held.said, results=(("decision", held.decision),)
    )


def _rollout(ctx: Context, run: LoopRun, means: Means) -> MadeStep:
    number = int(run.result("version") or 0)
    if run.autonomy in {"off", "propose"}:
        said = (
            f"version {number} is ready; loop.autonomy is {run.autonomy}, so a person says: classward deploy {number}"
        )
        return MadeStep(outcome="done", said=said)
    state = registry_state(ctx.journal, ctx.task.name)
    begun = [r for r in state.rollouts if r.candidate == number and r.began_seq > run.began_seq]
    if not begun:
        because = f"the loop: {'; '.join(run.because)}"
        begin(ctx, number, because=because, limit=run.autonomy)
    return MadeStep(
        outcome="done", said=f"a rollout of version {number} began in shadow, it may go as far as {run.autonomy}"
    )


_STEPS: dict[str, Callable[[Context, LoopRun, Means], MadeStep]] = {
    "snapshot": _snapshot, "train": _train, "recalibrate": _recalibrate, "gate": _gate, "rollout": _rollout,
}  # fmt: skip
