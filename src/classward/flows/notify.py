"""Tell every place what it has not been told yet, and that watching goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classward.flows.alert_log import alerts_of
from classward.flows.context import Context
from classward.flows.versions import registry_state
from classward.lifecycle.monitor import notices_due
from classward.ports import Notifier

__all__ = ["Notified", "notify"]

_BEAT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """Notices that were accepted, and what stood in the way of others (they are tried again by the next round)."""

    n_sent: int = 0
    problems: tuple[str, ...] = ()


def notify(ctx: Context, notifiers: Sequence[Notifier], *, now: datetime) -> Notified:
    """Deliver at least once: what was accepted is noted after it was, so a kill in between tells it again.

    A place that cannot be reached does not keep others from being told. For the holder of the lease.
    """
    if not notifiers:
        return Notified()
    alerts = alerts_of(ctx)
    deployment = registry_state(ctx.journal, ctx.task.name).deployment
    deployed_at = deployment.since if deployment else None
    n_sent, problems = 0, []
    beats = ctx.leases.acquire(f"beat:{ctx.task.name}", ctx.ids.new(), now=now, ttl_s=_BEAT_S)
    for place in notifiers:
        sent = ctx.watching.sent(task=ctx.task.name, place=place.name)
        for notice in notices_due(alerts, sent, ctx.task, deployed_at=deployed_at, now=now):
            problem = place.deliver(notice)
            if problem:
                problems.append(f"{place.name}: {problem}")
                break
            told = [(alert.id, notice.state) for alert in notice.alerts]
            ctx.watching.note_sent(told, task=ctx.task.name, place=place.name)
            sent |= frozenset(told)
            n_sent += 1
        if beats:
            still = [a for a in alerts if a.state != "resolved" and (a.id, "firing") in sent]
            problem = place.beat(still, now=now)
            problems += [f"{place.name}: {problem}"] if problem else []
    return Notified(n_sent=n_sent, problems=tuple(problems))
