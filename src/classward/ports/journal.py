"""The append-only, hash-chained memory of every fact about control."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from classward.domain import Event, EventDraft, JournalHead

__all__ = ["Journal"]


class Journal(Protocol):
    """Appends events inside a transaction that reads the last hash; never changes one.

    Any process may append at any time; events get consecutive numbers from 1.
    """

    def append(self, *drafts: EventDraft, expected: JournalHead | None = None) -> tuple[Event, ...]:
        """Append all drafts in one transaction, or none.

        Raises
        ------
        JournalError
            CW601 if ``expected`` is given and is no longer the head: somebody else appended; nothing is written.
            CW602 if the store cannot be written in time (locked, full, read-only); nothing is written.
        """
        ...

    def events(self, *, after_seq: int = 0, task: str | None = None, kind: str | None = None) -> Iterator[Event]:
        """Events in order, optionally of one task or kind."""
        ...

    def head(self) -> JournalHead:
        """Number and hash of the last event."""
        ...
