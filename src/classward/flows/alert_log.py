"""Alerts as the journal has them; loads no table library, so that a server may ask."""

from __future__ import annotations

from classward.domain import Alert, open_alerts
from classward.flows.context import Context

__all__ = ["alerts_of"]

_EVENTS = ("alert_raised", "alert_acked", "alert_resolved")


def alerts_of(ctx: Context) -> tuple[Alert, ...]:
    """Every alert of the task and its state, oldest first."""
    events = (e for kind in _EVENTS for e in ctx.journal.events(task=ctx.task.name, kind=kind))
    return open_alerts(sorted(events, key=lambda e: e.seq))
