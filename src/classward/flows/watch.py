"""What goes on beside serving: one leader seals the record log, counts answers and takes in labels, tick by tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from classward.flows.context import Context
from classward.flows.drift import DriftLook, look_for_drift
from classward.flows.evidence import TakenIn, take_in
from classward.flows.loop import LoopLook, look_at_loop, loop_state
from classward.flows.notify import Notified, notify
from classward.flows.rollout import RolloutLook, tick_rollout
from classward.flows.summaries import BroughtForward, bring_forward
from classward.flows.watched import last_tick
from classward.ports import Notifier, SealReport

__all__ = ["Ticked", "Work", "tick"]

_LEASE_S = 15.0
Work = Callable[[Context], object]
"""Makes the steps of a run of the loop that are due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick did; ``drift`` is ``None`` where nothing came that could have changed it."""

    sealed: SealReport
    brought: BroughtForward
    taken: TakenIn
    drift: DriftLook | None
    told: Notified
    rollout: RolloutLook | None = None
    loop: LoopLook | None = None


def tick(
    ctx: Context, *, holder: str, now: datetime, notifiers: Sequence[Notifier] = (), work: Work | None = None
) -> Ticked | None:
    """Do what is due at ``now``; ``None`` if somebody else holds the lease.

    A rollout under way is judged first. Answers that came are counted into the summaries of their days, labels are taken in
    as evidence, and alerts about promises and drift raised or resolved; then ``notifiers`` are told. Then the loop decides
    whether to retrain, and ``work`` is called while a run has steps to make: it makes them, or starts who does. Finished
    segments, and those of writers that died, become Parquet; segment files whose grace is over are removed. A tick that is
    repeated or cut off by ``kill -9`` does no harm: the next one goes on. What failed is in ``sealed.problems``.
    """
    if not ctx.leases.acquire(f"watch:{ctx.task.name}", holder, now=now, ttl_s=_LEASE_S):
        return None
    sealed = ctx.log.seal(now=now)  # first: records are made safe whatever stands in the way of their evidence
    rollout = tick_rollout(ctx, now=now)  # before anything that could fail: a rollback waits for nobody
    brought = bring_forward(ctx, now=now)
    taken = take_in(ctx, now=now)
    is_new = brought.n_answers or brought.recounted or taken.n_labels or taken.raised or taken.resolved
    drift = look_for_drift(ctx, now=now) if is_new else None
    told = notify(ctx, notifiers, now=now)
    loop = look_at_loop(ctx, now=now)
    if work is not None and _has_work(ctx):
        work(ctx)
    ctx.leases.acquire(last_tick(ctx), "tick", now=now, ttl_s=0.0)
    return Ticked(sealed=sealed, brought=brought, taken=taken, drift=drift, told=told, rollout=rollout, loop=loop)


def _has_work(ctx: Context) -> bool:
    loop = loop_state(ctx)
    return loop.run is not None and not loop.paused
