"""Alerts as the journal has them."""

from __future__ import annotations

from classward.domain import Alert
from classward.flows.context import Context
from classward.lifecycle.monitor import open_alerts

__all__ = ["ALERT_EVENTS", "alerts_of"]

ALERT_EVENTS = ("alert_raised", "alert_acked", "alert_resolved")


def alerts_of(ctx: Context) -> tuple[Alert, ...]:
    """Every alert of the task and its state, oldest first."""
    return open_alerts(e for e in ctx.journal.events(task=ctx.task.name) if e.kind in ALERT_EVENTS)
