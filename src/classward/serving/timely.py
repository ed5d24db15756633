"""One record writer for the event loop and the threads beside it, which nobody waits for longer than a moment."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from classward.domain import Attribution, Label, Prediction, QuarantinedLabel
from classward.ports import RecordWriter
from classward.serving.together import Together

__all__ = ["TimelyWriter"]

_LOST = "unlogged"
_FAREWELL_S = 5.0


class _Job:
    """One call of the writer, and how it ended. ``done`` is locked until then."""

    __slots__ = ("done", "error", "is_finished", "result", "work")

    def __init__(self, work: Callable[[], bool | None]) -> None:
        self.work = work
        self.done = threading.Lock()
        self.done.acquire()
        self.is_finished = False
        self.result: bool | None = None
        self.error: BaseException | None = None


class TimelyWriter:
    """A ``RecordWriter`` that any thread may use and that never keeps its caller longer than ``deadline_s``.

    One thread writes, in the order of the calls. The event loop does not wait at all: it awaits :meth:`answered`, and answers
    that come while a write is under way are written together by the next. A disk that fails is told by the writer itself; a
    disk that *stalls* holds up that thread alone: whoever waits gets ``False`` at the deadline, and while the stall lasts
    everybody gets ``False`` at once. What was on its way may still reach the log: ``False`` means *not acknowledged*, and the
    rows of such answers are counted as lost. After the stall, writing goes on by itself.

    Parameters
    ----------
    writer : RecordWriter
        Used by the one thread alone.
    deadline_s : float
        Longest wait for one call, in seconds; 0 lets the caller write itself, behind a lock, however long that takes.
    """

    def __init__(self, writer: RecordWriter, *, deadline_s: float) -> None:
        self._writer, self._deadline_s = writer, deadline_s
        self._jobs: SimpleQueue[_Job | Together | None] = SimpleQueue()
        self._stuck: _Job | Together | None = None
        self._gathering: Together | None = None
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._counts: Counter[str] = Counter()
        self._n_late = 0
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)  # a stalled disk holds no exit
        if deadline_s > 0.0:
            self._thread.start()

    @property
    def is_stalled(self) -> bool:
        """Whether the disk has kept somebody waiting for too long and has not come back."""
        return self._stuck is not None and not self._stuck.is_finished

    @property
    def n_lost(self) -> int:
        """Answers whose record could not be written, or not in time."""
        return self._writer.n_lost + self._n_late

    def predictions(self, batch: Sequence[Prediction]) -> bool:
        """Append answered rows."""
        is_written = self._ask(lambda: self._writer.predictions(batch))
        if is_written is None:
            self._late(len(batch))
        return bool(is_written)

    def together(self, batches: Sequence[Sequence[Prediction]]) -> tuple[bool, ...]:
        """Append answered rows of several requests."""
        done: list[tuple[bool, ...]] = []
        if self._ask(lambda: done.append(self._writer.together(batches))) is None:
            self._late(sum(map(len, batches)))
            return (False,) * len(batches)
        return done[0]

    async def answered(self, batch: Sequence[Prediction]) -> bool:
        """Append answered rows while the event loop goes on; ``True`` once they are written."""
        if self._deadline_s <= 0.0:
            return self.predictions(batch)
        is_written = None if self.is_stalled else await self._join(batch)
        if is_written is None:
            self._late(len(batch))
        return bool(is_written)

    def labels(self, batch: Sequence[Label]) -> bool:
        """Append accepted labels."""
        return bool(self._ask(lambda: self._writer.labels(batch)))

    def quarantine(self, batch: Sequence[QuarantinedLabel]) -> bool:
        """Append labels set aside."""
        return bool(self._ask(lambda: self._writer.quarantine(batch)))

    def attributions(self, batch: Sequence[Attribution]) -> bool:
        """Append explanations of answers."""
        return bool(self._ask(lambda: self._writer.attributions(batch)))

    def count(self, name: str, n: int = 1) -> None:
        """Add to a per-second counter; reaches the writer with its next call."""
        with self._lock:
            self._counts[name] += n

    def tick(self) -> None:
        """Write pending counters; close a segment that is due."""
        self._ask(self._writer.tick)

    def close(self) -> None:
        """Give up the segment; a disk that does not come back keeps nobody."""
        if self._deadline_s <= 0.0:
            self._ask(self._writer.close)
        elif self._thread.is_alive():
            self._ask(self._writer.close, wait_s=_FAREWELL_S)
            self._jobs.put(None)
            self._thread.join(_FAREWELL_S)

    def _join(self, batch: Sequence[Prediction]) -> asyncio.Future[bool | None]:
        with self._lock:
            group = self._gathering
            is_new = group is None
            if group is None:
                group = self._gathering = Together(self._deadline_s, self._is_late)
            future = group.join(batch)
        if (
            is_new
        ):  # all requests that are ready join before the thread is woken: a switch for each costs more than its write
            asyncio.get_running_loop().call_soon(self._jobs.put, group)
        return future

    def _is_late(self, group: Together) -> None:
        with self._lock:
            if self._gathering is group:
                self._gathering = None
        self._stuck = group

    def _late(self, n: int) -> None:
        with self._lock:
            self._n_late += n
            self._counts[_LOST] += n

    def _ask(self, work: Callable[[], bool | None], *, wait_s: float | None = None) -> bool | None:
        """What the writer says, or ``None`` if it does not say it in time."""
        if self._deadline_s <= 0.0:
            with self._turn:
                self._hand_over_counts()
                done = work()
            return True if done is None else done
        if self.is_stalled and wait_s is None:
            return None
        job = _Job(work)
        self._jobs.put(job)
        if not job.done.acquire(timeout=self._deadline_s if wait_s is None else wait_s):
            self._stuck = job
            return None
        if job.error is not None:
            raise job.error
        return True if job.result is None else job.result

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if isinstance(job, Together):
                with self._lock:
                    if self._gathering is job:
                        self._gathering = None
                job.write(self._write_together)
                continue
            try:
                self._hand_over_counts()
                job.result = job.work()
            except Exception as error:  # noqa: BLE001 - thread boundary: raised again where the call was made
                job.error = error
            job.is_finished = True
            job.done.release()

    def _write_together(self, batches: Sequence[Sequence[Prediction]]) -> tuple[bool, ...]:
        self._hand_over_counts()
        return self._writer.together(batches)

    def _hand_over_counts(self) -> None:
        if self._counts:
            with self._lock:
                counts, self._counts = self._counts, Counter()
            for name, n in counts.items():
                self._writer.count(name, n)
