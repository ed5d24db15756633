"""Spans of time as people write them: ``90m``, ``36h``, ``7d``, ``2w``."""

from __future__ import annotations

__all__ = ["days", "duration_text", "seconds"]

_DAYS = {"m": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0}


def days(text: str) -> float:
    """Turn a duration that fits the format into days.

    >>> days("36h"), days("2w")
    (1.5, 14.0)
    """
    return float(text[:-1]) * _DAYS[text[-1]]


def seconds(text: str) -> float:
    """Turn ``30s``, ``5m`` or ``1h`` into seconds.

    >>> seconds("5m")
    300.0
    """
    return float(text[:-1]) * {"s": 1.0, "m": 60.0, "h": 3600.0}[text[-1]]


def duration_text(value: float) -> str:
    """Write days in the largest unit that makes them whole.

    >>> duration_text(1.5), duration_text(14.0)
    ('36h', '14d')
    """
    for unit in ("d", "h", "m"):
        n = value / _DAYS[unit]
        if abs(n - round(n)) < 1e-9:
            return f"{round(n)}{unit}"
    return f"{value!r}d"
