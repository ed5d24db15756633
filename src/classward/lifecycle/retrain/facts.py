"""What a decision of the loop was computed from, as it was recorded."""

from __future__ import annotations

from typing import Any

from classward.domain import Interval, LoopFacts, Measure, Trigger, parse_time

__all__ = ["facts_from_plain"]

_TEXTS = ("inputs_moved", "answers_moved", "calibration_moved", "fell", "reviewed", "missed")


def facts_from_plain(plain: dict[str, Any]) -> LoopFacts:
    """Read them back."""
    triggers = tuple(Trigger(**(t | {"evidence": tuple(t["evidence"])})) for t in plain["triggers"])
    times = {name: parse_time(plain[name]) if plain[name] else None for name in ("trained_at", "began_at")}
    measured = plain["accuracy"]
    interval = Interval(**measured["interval"]) if measured.get("interval") else None
    texts = {name: tuple(plain[name]) for name in _TEXTS}
    return LoopFacts(
        **(plain | times | texts | {"triggers": triggers, "accuracy": Measure(**(measured | {"interval": interval}))})
    )
