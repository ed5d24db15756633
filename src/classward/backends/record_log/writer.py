"""A writer: one append per request to a segment of its own, counters beside it, losses told as soon as possible."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from classward.backends.record_log import frames
from classward.backends.record_log.segment import Segment
from classward.domain import Attribution, Label, Prediction, QuarantinedLabel
from classward.ports import Clock, Ids

__all__ = ["SegmentWriter"]

_LOST = "unlogged"
_TRIES = 5


class SegmentWriter:
    """Appends frames to ``open/<id>-<pid>.seg``, locked while it lives (fulfils ``ports.RecordWriter``).

    The segment is made with the first record. After a failed append the file is cut back to the last good frame; if
    even that fails the segment is left behind (readers stop at its torn end) and the next append begins another. A
    forked child that goes on writing gets a segment of its own. Counters carry the writer's ``name``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        task: str,
        clock: Clock,
        ids: Ids,
        max_bytes: int,
        max_age_s: float,
        fsync: bool,
        name: str = "",
    ) -> None:
        self._folder, self._task, self._clock, self._ids = folder / "open", task, clock, ids
        self._max_bytes, self._max_age_s, self._fsync = max_bytes, max_age_s, fsync
        self._name = name or ids.new()
        self._segment: Segment | None = None
        self._born_s = 0.0
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lost = self._lost_told = 0

    @property
    def n_lost(self) -> int:
        """Answers that could not be written since this writer began."""
        return self._lost

    def predictions(self, batch: Sequence[Prediction]) -> bool:
        """Append answers."""
        if not batch or self._append(lambda: frames.encode_predictions(batch)):
            return True
        self._lost += len(batch)
        return False

    def together(self, batches: Sequence[Sequence[Prediction]]) -> tuple[bool, ...]:
        """Append the answers of several requests with one write, and one ``fsync`` if there are any."""
        pieces = [_encoded(batch) for batch in batches]
        data = b"".join(piece for piece in pieces if piece)
        is_written = not data or self._append(lambda: data)
        done = tuple(is_written and piece is not None for piece in pieces)
        self._lost += sum(len(batch) for batch, is_done in zip(batches, done, strict=True) if not is_done)
        return done

    def labels(self, batch: Sequence[Label]) -> bool:
        """Append accepted labels; their sender is told of a failure and sends again, so none is counted as lost."""
        return not batch or self._append(lambda: frames.encode_labels(batch))

    def quarantine(self, batch: Sequence[QuarantinedLabel]) -> bool:
        """Append labels set aside."""
        return not batch or self._append(lambda: frames.encode_quarantine(batch))

    def attributions(self, batch: Sequence[Attribution]) -> bool:
        """Append explanations of answers; they can be made again, so none is counted as lost."""
        return not batch or self._append(lambda: frames.encode_attributions(batch))

    def count(self, name: str, n: int = 1) -> None:
        """Add to a per-second counter."""
        self._counts[int(self._clock.now().timestamp()), name] += n

    def tick(self) -> None:
        """Write pending counters; close a segment that is large or old."""
        self._write_counts()
        self._rotate()

    def close(self) -> None:
        """Write pending counters and give up the segment."""
        self._write_counts()
        if self._segment is not None:
            self._segment.close()

    def _append(self, encode: Callable[[], bytes]) -> bool:
        try:
            is_written = self._write(encode())
        except UnicodeEncodeError:  # text that is no text (a lone surrogate) cannot be kept
            return False
        if is_written and (self._lost > self._lost_told or self._has_old_counts()):
            self._write_counts()
        return is_written

    def _has_old_counts(self) -> bool:
        return bool(self._counts) and next(iter(self._counts))[0] < int(self._clock.now().timestamp())

    def _write_counts(self) -> None:
        pending = [(second, name, n) for (second, name), n in self._counts.items()]
        lost = self._lost
        if lost > self._lost_told:
            pending.append((int(self._clock.now().timestamp()), _LOST, lost - self._lost_told))
        if pending and self._write(frames.encode_counters(pending, writer=self._name)):
            self._counts.clear()
            self._lost_told = lost

    def _write(self, data: bytes) -> bool:
        try:
            segment = self._current()
        except OSError:
            return False
        is_written = segment.append(data)
        if is_written:
            self._rotate()
        return is_written

    def _current(self) -> Segment:
        segment = self._segment
        if segment is not None and segment.pid != os.getpid():
            segment.close()  # inherited over a fork: the parent keeps its lock
        if segment is None or not segment.is_open:
            names = [f"{self._ids.new()}-{os.getpid()}" for _ in range(_TRIES)]
            segment = self._segment = Segment.begin(self._folder, names, fsync=self._fsync)
            self._born_s = self._clock.monotonic_s()
        return segment

    def _rotate(self) -> None:
        segment = self._segment
        if segment is None or not segment.is_open or segment.pid != os.getpid():
            return
        if segment.size >= self._max_bytes or self._clock.monotonic_s() - self._born_s >= self._max_age_s:
            segment.close()


def _encoded(batch: Sequence[Prediction]) -> bytes | None:
    """Frames of one request; ``None`` if a text in it cannot be kept, which shall cost no other request its record."""
    try:
        return frames.encode_predictions(batch)
    except UnicodeEncodeError:
        return None
