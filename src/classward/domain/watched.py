"""What watching has found so far, in counts small enough to be asked for every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.domain.alerts import Alert

__all__ = ["PromiseCount", "Watched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCount:
    """Labels that counted for a promise on a class since ``version`` went live, and how many of them showed a mistake."""

    indicator: str
    class_name: str
    version: int
    n: int = 0
    n_wrong: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Counts of every promise on a class, alerts that are open, and when the last round was made (``None``: never)."""

    counts: tuple[PromiseCount, ...] = ()
    alerts: tuple[Alert, ...] = ()
    last_round_at: datetime | None = None
