"""Seconds to spend, and how people write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from classward.errors import UsageError

__all__ = ["Budget", "parse_budget"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Seconds to spend, on a clock that is handed in (monotonic, seconds)."""

    clock_s: Callable[[], float]
    ends_s: float

    def left_s(self) -> float:
        """Seconds left; negative when overdrawn."""
        return self.ends_s - self.clock_s()


def parse_budget(text: str) -> float:
    """``30s``, ``5m`` or ``1h`` in seconds.

    Raises
    ------
    UsageError
        CW903 for anything else.

    >>> parse_budget("5m")
    300.0
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh])", text.strip())
    if not match or float(match[1]) <= 0:
        raise UsageError("CW903", "the budget is not a time", got=repr(text), fix="write 30s, 5m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]
