"""Time and identity as arguments."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

__all__ = ["Clock", "Ids"]


class Clock(Protocol):
    """Where time comes from: the machine in production, a virtual one in a simulation."""

    def now(self) -> datetime:
        """Aware UTC time of day."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go back, for durations."""
        ...


class Ids(Protocol):
    """Where identifiers come from: unique, and sortable by time of creation."""

    def new(self) -> str:
        """A fresh identifier of 26 characters from ``[0-9A-Z]`` (ULID)."""
        ...
