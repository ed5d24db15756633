"""What people do with alerts."""

from __future__ import annotations

from classward.domain import Alert
from classward.errors import UsageError, nearest
from classward.flows.alert_log import alerts_of
from classward.flows.context import Context, note

__all__ = ["acknowledge"]


def acknowledge(ctx: Context, alert_id: str, *, because: str) -> Alert:
    """Record that somebody takes care of an alert. Acknowledging twice changes nothing.

    Parameters
    ----------
    alert_id : str
        Its id, or the beginning of it if only one alert begins so.

    Raises
    ------
    UsageError
        CW940 if no alert or more than one is meant.
    """
    alerts = alerts_of(ctx)
    meant = [a for a in alerts if alert_id and a.id.startswith(alert_id.upper())]
    if len(meant) != 1:
        raise UsageError(
            "CW940", f"{len(meant)} alerts begin with {alert_id!r}{nearest(alert_id.upper(), [a.id for a in alerts])}",
            fix="'classward alerts --all' lists their ids",
        )  # fmt: skip
    if meant[0].state == "firing":
        note(ctx, "alert_acked", {"id": meant[0].id}, why=because)
    return next(a for a in alerts_of(ctx) if a.id == meant[0].id)
