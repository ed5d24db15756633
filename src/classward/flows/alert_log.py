"""Alerts as the journal has them; loads no table library, so that a server may ask."""

from __future__ import annotations

from classward.domain import Alert, in_class_names, open_alerts
from classward.flows.class_names import taxonomy_of
from classward.flows.context import Context

__all__ = ["alerts_of"]

_EVENTS = ("alert_raised", "alert_acked", "alert_resolved")


def alerts_of(ctx: Context) -> tuple[Alert, ...]:
    """Every alert of the task and its state, oldest first, under the names that classes have now."""
    taxonomy = taxonomy_of(ctx)
    events = (e for kind in _EVENTS for e in ctx.journal.events(task=ctx.task.name, kind=kind))
    return tuple(in_class_names(alert, taxonomy) for alert in open_alerts(sorted(events, key=lambda e: e.seq)))
