"""An address that raises its own alarm when nothing comes any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from classward.backends.notifiers.post import place_of, post
from classward.domain import Alert, Notice, format_time

__all__ = ["HeartbeatPlace"]


class HeartbeatPlace:
    """Gets a POST about once a minute while watching goes on: for a dead man's switch outside of this machine."""

    def __init__(self, url: str, *, task: str) -> None:
        self._url, self._task = url, task
        self.name = f"heartbeat {place_of(url)}"

    def deliver(self, notice: Notice) -> str:
        """Nothing: it is not for alerts."""
        return ""

    def beat(self, alerts: Sequence[Alert], *, now: datetime) -> str:
        """Say that watching goes on."""
        return post(self._url, {"task": self._task, "at": format_time(now), "n_open_alerts": len(alerts)})
