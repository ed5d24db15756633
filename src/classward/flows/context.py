"""Everything a flow needs from outside, handed in as one frozen value by wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from classward.domain import Event, EventDraft, JournalHead, Task, canonical_json
from classward.ports import (
    ArtifactStore,
    Clock,
    Heartbeats,
    Ids,
    Journal,
    Leases,
    RecordLog,
    SnapshotStore,
    TableSource,
    WatchStore,
)

__all__ = ["Context", "Tell", "draft", "note"]

Tell = Callable[[str, str], None]
"""Told about progress: (stage, what is going on)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One task in one workspace, with the ports its flows use. ``actor`` signs what is recorded."""

    task: Task
    actor: str
    clock: Clock
    ids: Ids
    journal: Journal
    log: RecordLog
    artifacts: ArtifactStore
    snapshots: SnapshotStore
    tables: TableSource
    heartbeats: Heartbeats
    leases: Leases
    watching: WatchStore


def draft(ctx: Context, kind: str, payload: object, *, why: str = "") -> EventDraft:
    """A fact about this task, signed and dated now."""
    return EventDraft(
        id=ctx.ids.new(), at=ctx.clock.now(), task=ctx.task.name, kind=kind, actor=ctx.actor, why=why,
        payload=canonical_json(payload),
    )  # fmt: skip


def note(ctx: Context, kind: str, payload: object, *, why: str = "", expected: JournalHead | None = None) -> Event:
    """Record one fact."""
    return ctx.journal.append(draft(ctx, kind, payload, why=why), expected=expected)[0]
