"""What goes on beside serving: one leader seals the record log, counts answers and takes in labels, tick by tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classward.flows.context import Context
from classward.flows.drift import DriftLook, look_for_drift
from classward.flows.evidence import TakenIn, take_in
from classward.flows.notify import Notified, notify
from classward.flows.rollout import RolloutLook, tick_rollout
from classward.flows.summaries import BroughtForward, bring_forward
from classward.flows.watched import last_tick
from classward.ports import Notifier, SealReport

__all__ = ["Ticked", "tick"]

_LEASE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick did; ``drift`` is ``None`` where nothing came that could have changed it."""

    sealed: SealReport
    brought: BroughtForward
    taken: TakenIn
    drift: DriftLook | None
    told: Notified
    rollout: RolloutLook | None = None


def tick(ctx: Context, *, holder: str, now: datetime, notifiers: Sequence[Notifier] = ()) -> Ticked | None:
    """Do what is due at ``now``; ``None`` if somebody else holds the lease.

    A rollout under way is judged first. Answers that came are counted into the summaries of their days, labels are taken in
    as evidence, and alerts about promises and drift raised or resolved; then ``notifiers`` are told. Finished segments, and
    those of writers that died, become Parquet; segment files whose grace is over are removed. A tick that is repeated or cut
    off by ``kill -9`` does no harm: the next one goes on. What failed is in ``sealed.problems``.
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
    ctx.leases.acquire(last_tick(ctx), "tick", now=now, ttl_s=0.0)
    return Ticked(sealed=sealed, brought=brought, taken=taken, drift=drift, told=told, rollout=rollout)
