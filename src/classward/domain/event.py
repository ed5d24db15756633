"""A fact in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.domain.canonical import content_hash

__all__ = ["EVENT_KINDS", "GENESIS_HASH", "Event", "EventDraft", "JournalHead"]

GENESIS_HASH = "0" * 64
_MARK = "journal_head:"

EVENT_KINDS = (
    "task_declared",
    "label_space_declared",
    "classes_changed",
    "snapshot_taken",
    "split_made",
    "candidate_finished",
    "holdout_read",
    "cross_validated",
    "version_registered",
    "version_compacted",
    "compared",
    "gate_judged",
    "gate_overridden",
    "deployed",
    "rolled_back",
    "swap_verified",
    "held",
    "hold_lifted",
    "collected",
    "stored_again",
    "label_queue_made",
    "alert_raised",
    "alert_acked",
    "alert_resolved",
    "copied",
    "quarantined",
    "quarantine_lifted",
    "rollout_judged",
    "rollout_paused",
    "rollout_resumed",
    "frozen",
    "unfrozen",
    "loop_asked",
    "loop_decided",
    "loop_stepped",
    "loop_reviewed",
    "loop_paused",
    "loop_resumed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """What is to be recorded, before the journal gives it a place. ``payload`` is canonical JSON text."""

    id: str
    at: datetime
    task: str
    kind: str
    actor: str
    why: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A recorded fact: its hash covers every field and the hash before it."""

    seq: int
    id: str
    at: datetime
    task: str
    kind: str
    actor: str
    why: str
    payload: str
    prev_hash: str
    hash: str
    format_version: int = 1

    @classmethod
    def chained(cls, draft: EventDraft, *, seq: int, prev_hash: str) -> Event:
        """Give a draft its place after ``prev_hash``."""
        digest = content_hash(
            1, seq, draft.id, draft.at, draft.task, draft.kind, draft.actor, draft.why, draft.payload, prev_hash
        )
        return cls(
            seq=seq, id=draft.id, at=draft.at, task=draft.task, kind=draft.kind, actor=draft.actor, why=draft.why,
            payload=draft.payload, prev_hash=prev_hash, hash=digest,
        )  # fmt: skip

    @property
    def is_intact(self) -> bool:
        """Whether the stored hash fits the stored fields."""
        return self.hash == content_hash(
            1, self.seq, self.id, self.at, self.task, self.kind, self.actor, self.why, self.payload, self.prev_hash
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHead:
    """How far the journal reaches: number and hash of its last event (0 and zeros when empty)."""

    seq: int = 0
    hash: str = GENESIS_HASH

    @property
    def mark(self) -> str:
        """Name of the counter by which a record writer notes this head; its count is ``seq``."""
        return f"{_MARK}{self.hash}"

    @classmethod
    def of_mark(cls, name: str, n: int) -> JournalHead | None:
        """The head that a counter notes, or ``None`` for any other counter."""
        return cls(seq=n, hash=name.removeprefix(_MARK)) if name.startswith(_MARK) else None
