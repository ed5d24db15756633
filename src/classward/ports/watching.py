"""Where watching remembers its evidence, so that each label counts exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from classward.domain import WatchMemory

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

    def write(self, memory: WatchMemory, *, task: str, taken: Sequence[str]) -> bool:
        """Replace the memory whose revision is one less, and note the ids taken in, in one transaction.

        ``False`` if somebody else wrote meanwhile; nothing is written then.
        """
        ...
