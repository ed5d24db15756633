"""What goes on beside serving: one leader seals the record log and takes in labels, tick by tick."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.flows.context import Context
from classward.flows.evidence import TakenIn, take_in
from classward.ports import SealReport

__all__ = ["Ticked", "last_tick", "tick"]

_LEASE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick did."""

    sealed: SealReport
    taken: TakenIn


def tick(ctx: Context, *, holder: str, now: datetime) -> Ticked | None:
    """Do what is due at ``now``; ``None`` if somebody else holds the lease.

    Labels that came are taken in as evidence, and alerts raised or resolved. Finished segments, and those of writers that
    died, become Parquet; segment files whose grace is over are removed. A tick that is repeated or cut off by ``kill -9``
    does no harm: the next one goes on. What failed is in ``sealed.problems``.
    """
    if not ctx.leases.acquire(f"watch:{ctx.task.name}", holder, now=now, ttl_s=_LEASE_S):
        return None
    sealed = ctx.log.seal(now=now)  # first: records are made safe whatever stands in the way of their evidence
    taken = take_in(ctx, now=now)
    ctx.leases.acquire(last_tick(ctx), "tick", now=now, ttl_s=0.0)
    return Ticked(sealed=sealed, taken=taken)


def last_tick(ctx: Context) -> str:
    """Name of the lease that ended when the last whole tick was made."""
    return f"watched:{ctx.task.name}"
