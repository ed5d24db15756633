"""Realistic nouns for the suites: answers, labels and events about support tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from classward.domain import EventDraft, Label, Prediction, QuarantinedLabel, canonical_json

__all__ = ["CLASSES", "START", "SteppedClock", "answer", "event_draft", "quarantined", "truth"]

CLASSES = ("billing", "outage", "refund", "security")
START = datetime(2026, 11, 12, 14, 3, 22, 123_456, tzinfo=UTC)


class SteppedClock:
    """A clock that is moved by hand."""

    def __init__(self, start: datetime = START) -> None:
        self._start = self._now = start

    def now(self) -> datetime:
        """The moment it stands at."""
        return self._now

    def monotonic_s(self) -> float:
        """Seconds since its start."""
        return (self._now - self._start).total_seconds()

    def step(self, seconds: float) -> datetime:
        """Move on."""
        self._now += timedelta(seconds=seconds)
        return self._now


def answer(
    row_id: str, *, at: datetime = START, task: str = "tickets", label: str = "billing", n_classes: int = 4,
    flags: Sequence[str] = (), key: str | None = None, features: str | None = None, version: int = 1,
) -> Prediction:  # fmt: skip
    """One answered row with a probability vector of ``n_classes`` entries (not ours to interpret)."""
    share = 0.5 / (n_classes - 1)
    return Prediction(
        id=row_id, request_id=f"request-of-{row_id}", at=at, task=task, version=version, bundle_hash="b" * 64,
        label_space_hash="c" * 64, route="live", label=label, probability=0.5,
        probabilities=(0.5, *[share] * (n_classes - 1)), path="model", flags=tuple(flags), kind="online",
        latency_ms=1.25, key=key, features=features,
    )  # fmt: skip


def truth(row_id: str, *, label: str = "refund", at: datetime = START, delay_s: float = 3600.0) -> Label:
    """A label that arrives ``delay_s`` seconds after it was established."""
    return Label(
        id=row_id, label=label, event_at=at, received_at=at + timedelta(seconds=delay_s), source="agents",
        annotator="ann", weight=2.5,
    )  # fmt: skip


def quarantined(raw: str, *, at: datetime = START) -> QuarantinedLabel:
    """A label that could not be accepted."""
    return QuarantinedLabel(raw=raw, reason="no class is called 'refnud'; did you mean 'refund'?", received_at=at)


def event_draft(number: int, *, task: str = "tickets", kind: str = "compared", at: datetime = START) -> EventDraft:
    """A fact with text that needs care: quotes, newlines, other scripts."""
    payload = canonical_json({"number": number, "note": "größer; 'quoted' \"twice\"\n日本語"})
    return EventDraft(
        id=f"event-{task}-{number:06d}", at=at + timedelta(seconds=number), task=task, kind=kind, actor="ann",
        why="because recall of “security” rose", payload=payload,
    )  # fmt: skip
