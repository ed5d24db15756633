"""Alertmanager: it groups, routes and silences by labels, and forgets what is not said again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from classward.backends.notifiers.post import place_of, post
from classward.domain import Alert, Notice, format_time

__all__ = ["AlertmanagerPlace"]

_STANDS = timedelta(minutes=10)


class AlertmanagerPlace:
    """Speaks version 2 of its interface. Open alerts are said again about once a minute, with an end ten minutes away.

    Beside them stands ``ClasswardWatching``, which always fires while watching goes on: a rule on its absence is the dead
    man's switch.
    """

    def __init__(self, url: str, *, task: str, owner: str = "", sre: str = "") -> None:
        self._owner, self._sre = owner, sre
        self._url, self._task = url.rstrip("/") + "/api/v2/alerts", task
        self.name = f"alertmanager {place_of(url)}"

    def deliver(self, notice: Notice) -> str:
        """Say the alerts of a notice; resolved ones have ended."""
        return post(self._url, [self._said(alert) for alert in notice.alerts])

    def beat(self, alerts: Sequence[Alert], *, now: datetime) -> str:
        """Say again that watching goes on, and what was told and is still open."""
        watching = {
            "labels": {"alertname": "ClasswardWatching", "task": self._task, "severity": "none"},
            "annotations": {"summary": "watching goes on; that this is missing is the alarm"},
            "startsAt": format_time(now), "endsAt": format_time(now + _STANDS),
        }  # fmt: skip
        return post(self._url, [watching, *(self._said(alert, until=now + _STANDS) for alert in alerts)])

    def _said(self, alert: Alert, *, until: datetime | None = None) -> dict[str, object]:
        labels = {
            "alertname": f"Classward{alert.family.capitalize()}", "task": self._task, "severity": alert.severity,
            "version": str(alert.version), "class": alert.class_name or "", "column": alert.subject, "id": alert.id,
        }  # fmt: skip
        said = alert.said or f"{alert.n_hits} of {alert.n} labels right, promised {alert.promised:g}"
        contacts = (self._owner, self._sre) if alert.severity == "page" else (self._owner,)
        made: dict[str, object] = {
            "labels": {name: value for name, value in labels.items() if value},
            "annotations": {
                "summary": said, "to": ", ".join(c for c in contacts if c), "false_alarms_a_year": f"{alert.alpha:.2g}",
                "evidence": f"{alert.evidence:.1f} of {alert.level:.1f} nats", "runbook": "classward doctor",
            },
            "startsAt": format_time(alert.raised_at),
        }  # fmt: skip
        ends = alert.resolved_at or until
        return made | ({"endsAt": format_time(ends)} if ends else {})
