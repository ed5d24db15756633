"""What watching has found so far, read from what it stored; loads no table library, so that a server may ask."""

from __future__ import annotations

from classward.domain import PromiseCount, Watched
from classward.flows.alert_log import alerts_of
from classward.flows.context import Context
from classward.flows.versions import registry_state

__all__ = ["last_tick", "watched_now"]

_OF_A_CLASS = ("recall", "precision")


def watched_now(ctx: Context) -> Watched:
    """Read counts, alerts that are open and the moment of the last round; changes nothing.

    Every promise on a class has a count from the start, so that whoever follows it sees its first label, too. Counts of a
    promise begin at zero when another version goes live and once a year.

    Raises
    ------
    RecordError
        CW620 if the stored evidence is damaged.
    """
    memory = ctx.watching.read(task=ctx.task.name)
    by_key = {s.key: s for s in memory.states}
    promises = [s for s in ctx.task.slos if s.indicator in _OF_A_CLASS and s.class_name is not None]
    live_version = 0
    if any(f"{s.indicator}:{s.class_name}" not in by_key for s in promises):
        live = registry_state(ctx.journal, ctx.task.name).live
        live_version = live.version if live else 0
    counts = []
    for slo in promises:
        found = by_key.get(f"{slo.indicator}:{slo.class_name}")
        version, n, n_hits = (found.version, found.n, found.n_hits) if found else (live_version, 0, 0)
        counts.append(
            PromiseCount(
                indicator=slo.indicator, class_name=str(slo.class_name), version=version, n=n, n_wrong=n - n_hits
            )
        )  # fmt: skip
    return Watched(
        counts=tuple(counts), alerts=tuple(a for a in alerts_of(ctx) if a.state != "resolved"),
        last_round_at=ctx.leases.until(last_tick(ctx)),
    )  # fmt: skip


def last_tick(ctx: Context) -> str:
    """Name of the lease that ended when the last whole tick was made."""
    return f"watched:{ctx.task.name}"
