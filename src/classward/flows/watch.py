"""What goes on beside serving: one leader seals the record log, tick by tick."""

from __future__ import annotations

from datetime import datetime

from classward.flows.context import Context
from classward.ports import SealReport

__all__ = ["tick"]

_LEASE_S = 15.0


def tick(ctx: Context, *, holder: str, now: datetime) -> SealReport | None:
    """Do what is due at ``now``; ``None`` if somebody else holds the lease.

    Finished segments, and those of writers that died, become Parquet; segment files whose grace is over are removed. A
    tick that is repeated or cut off by ``kill -9`` does no harm: the next one goes on. What failed is in ``problems``.
    """
    if not ctx.leases.acquire(f"watch:{ctx.task.name}", holder, now=now, ttl_s=_LEASE_S):
        return None
    return ctx.log.seal(now=now)
