"""A writer's own segment: one append per request, rolled back when the disk will not take it."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from classward.backends.record_log import frames
from classward.domain import Label, Prediction, QuarantinedLabel
from classward.ports import Clock, Ids

__all__ = ["SegmentWriter"]


class SegmentWriter:
    """Appends frames to ``open/<id>.seg``, locked while it lives (fulfils ``ports.RecordWriter``).

    The segment is made with the first record. After a failed append the file is cut back to the last good frame; if even
    that fails the segment is left behind (readers stop at its torn end) and the next append begins another.
    """

    def __init__(
        self, folder: Path, *, task: str, clock: Clock, ids: Ids, max_bytes: int, max_age_s: float, fsync: bool
    ) -> None:
        self._folder, self._clock, self._ids = folder / "open", clock, ids
        self._max_bytes, self._max_age_s, self._fsync = max_bytes, max_age_s, fsync
        self._file: int | None = None
        self._size = 0
        self._born_s = 0.0
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lost = self._lost_told = 0

    @property
    def n_lost(self) -> int:
        """Records that could not be written since this writer began."""
        return self._lost

    def predictions(self, batch: Sequence[Prediction]) -> bool:
        """Append answers."""
        return not batch or self._append(frames.encode_predictions(batch), len(batch))

    def labels(self, batch: Sequence[Label]) -> bool:
        """Append accepted labels."""
        return not batch or self._append(frames.encode_labels(batch), 0)

    def quarantine(self, batch: Sequence[QuarantinedLabel]) -> bool:
        """Append labels set aside."""
        return not batch or self._append(frames.encode_quarantine(batch), 0)

    def count(self, name: str, n: int = 1) -> None:
        """Add to a per-second counter."""
        self._counts[int(self._clock.now().timestamp()), name] += n

    def tick(self) -> None:
        """Write pending counters; close a segment that is large or old."""
        self._write_counts()
        is_old = self._clock.monotonic_s() - self._born_s >= self._max_age_s
        if self._file is not None and (is_old or self._size >= self._max_bytes):
            self._close()

    def close(self) -> None:
        """Write pending counters and give up the segment."""
        self._write_counts()
        self._close()

    def _write_counts(self) -> None:
        if self._lost > self._lost_told:
            self._counts[int(self._clock.now().timestamp()), "unlogged"] += self._lost - self._lost_told
            self._lost_told = self._lost
        if self._counts:
            pending = [(second, name, n) for (second, name), n in self._counts.items()]
            if self._append(frames.encode_counters(pending), 0):
                self._counts.clear()

    def _append(self, data: bytes, n_records: int) -> bool:
        try:
            file = self._begin() if self._file is None else self._file
            written = os.write(file, data)
            if written == len(data):
                if self._fsync:
                    os.fsync(file)
                self._size += written
                if self._size >= self._max_bytes:
                    self._close()
                return True
        except OSError:
            pass
        self._cut_back()
        self._lost += n_records
        return False

    def _cut_back(self) -> None:
        if self._file is None:
            return
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            self._close()

    def _begin(self) -> int:
        for _ in range(5):  # a sealer may look at a new segment before it is locked: then begin another
            try:
                return self._open()
            except BlockingIOError:
                continue
        return self._open()

    def _open(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._ids.new()}-{os.getpid()}.seg"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(file, frames.HEADER) != len(frames.HEADER):
                raise OSError("short write")
        except OSError:
            os.close(file)
            path.unlink(missing_ok=True)
            raise
        self._file, self._size, self._born_s = file, len(frames.HEADER), self._clock.monotonic_s()
        return file

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
