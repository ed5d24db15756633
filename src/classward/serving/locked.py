"""One record writer for the event loop and the threads beside it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from classward.domain import Label, Prediction, QuarantinedLabel
from classward.ports import RecordWriter

__all__ = ["LockedWriter"]


class LockedWriter:
    """A ``RecordWriter`` that may be used from several threads: every call holds one lock."""

    def __init__(self, writer: RecordWriter) -> None:
        self._writer = writer
        self._lock = threading.Lock()

    def predictions(self, batch: Sequence[Prediction]) -> bool:
        """Append answered rows."""
        with self._lock:
            return self._writer.predictions(batch)

    def labels(self, batch: Sequence[Label]) -> bool:
        """Append accepted labels."""
        with self._lock:
            return self._writer.labels(batch)

    def quarantine(self, batch: Sequence[QuarantinedLabel]) -> bool:
        """Append labels set aside."""
        with self._lock:
            return self._writer.quarantine(batch)

    def count(self, name: str, n: int = 1) -> None:
        """Add to a per-second counter."""
        with self._lock:
            self._writer.count(name, n)

    def tick(self) -> None:
        """Write pending counters; close a segment that is due."""
        with self._lock:
            self._writer.tick()

    @property
    def n_lost(self) -> int:
        """Records that could not be written."""
        return self._writer.n_lost

    def close(self) -> None:
        """Give up the segment."""
        with self._lock:
            self._writer.close()
