"""Where watching remembers its evidence, so that each label counts exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from classward.domain import DayBucket, KeptBuckets, Reference, WatchMemory

__all__ = ["WatchStore"]


class WatchStore(Protocol):
    """The evidence of one task and the ids whose label was taken in, changed together or not at all."""

    def read(self, *, task: str) -> WatchMemory:
        """What was last written; empty at first.

        Raises
        ------
        RecordError
            CW620 if what is stored cannot be read: nothing is watched on evidence that is damaged.
        """
        ...

    def not_yet_taken(self, ids: Sequence[str], *, task: str) -> frozenset[str]:
        """Which of these predictions have had no label taken in."""
        ...

    def taken(self, ids: Sequence[str], *, task: str) -> frozenset[str]:
        """Which of these predictions have had a label taken in."""
        ...

    def write(
        self, memory: WatchMemory, *, task: str, taken: Sequence[str] = (), buckets: Sequence[DayBucket] = ()
    ) -> bool:
        """Replace the memory whose revision is one less, note the ids taken in and replace buckets, in one transaction.

        ``False`` if somebody else wrote meanwhile; nothing is written then.
        """
        ...

    def buckets(
        self, *, task: str, version: int | None = None, route: str | None = None, since: date | None = None
    ) -> KeptBuckets:
        """What was kept of days, the oldest first; what cannot be read is named, never passed over."""
        ...

    def reference(self, *, task: str, version: int) -> Reference | None:
        """What a version's days are held against; ``None`` if it was not stored yet, or what is stored cannot be read."""
        ...

    def keep_reference(self, reference: Reference, *, task: str) -> None:
        """Store the reference of a version, replacing an older one."""
        ...

    def sent(self, *, task: str, place: str) -> frozenset[tuple[str, str]]:
        """What a place was told: (alert id, ``firing`` or ``resolved``)."""
        ...

    def note_sent(self, told: Sequence[tuple[str, str]], *, task: str, place: str) -> None:
        """Note that a place was told."""
        ...
