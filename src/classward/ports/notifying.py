"""Where alerts are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from classward.domain import Alert, Notice

__all__ = ["Notifier"]


class Notifier(Protocol):
    """One place outside: a file, a web hook, Alertmanager, a chat. No method raises for a place that cannot be reached."""

    @property
    def name(self) -> str:
        """Stable name by which is remembered what it was told; no secrets."""
        ...

    def deliver(self, notice: Notice) -> str:
        """Tell it; what stood in the way, or nothing once it was accepted. May be told twice after a kill."""
        ...

    def beat(self, alerts: Sequence[Alert], *, now: datetime) -> str:
        """Say that watching goes on, about once a minute, with the open alerts that it was told of; as :meth:`deliver`."""
        ...
