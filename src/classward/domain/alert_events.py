"""From facts in the journal to alerts and their states."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from classward.domain.alerts import Alert
from classward.domain.canonical import parse_time
from classward.domain.event import Event

__all__ = ["open_alerts"]


def open_alerts(events: Iterable[Event]) -> tuple[Alert, ...]:
    """Every alert and its state, from the facts in the journal; oldest first."""
    found: dict[str, Alert] = {}
    for event in events:
        payload = json.loads(event.payload)
        if event.kind == "alert_raised":
            plain = payload["alert"]
            changed_on = date.fromisoformat(plain["changed_on"]) if plain.get("changed_on") else None
            dates = {"raised_at": parse_time(plain["raised_at"]), "changed_on": changed_on}
            found[plain["id"]] = Alert(**(plain | dates))
        elif event.kind == "alert_acked" and payload["id"] in found:
            alert = found[payload["id"]]
            state = "acked" if alert.state == "firing" else alert.state
            found[alert.id] = replace(alert, state=state, acked_at=event.at, acked_by=event.actor)
        elif event.kind == "alert_resolved" and payload["id"] in found:
            alert = found[payload["id"]]
            found[alert.id] = replace(alert, state="resolved", resolved_at=event.at, why_resolved=event.why)
    return tuple(found.values())
