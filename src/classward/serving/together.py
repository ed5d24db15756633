"""Answers that are written with one write, and the requests that wait for it on an event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from classward.domain import Prediction

__all__ = ["Together"]


class Together:
    """Requests whose records go to the disk together: those that came while the writer was busy.

    ``join`` and whatever the event loop calls run on the loop; ``write`` runs in the writer's thread, once, after
    nobody joins any more.

    Parameters
    ----------
    deadline_s : float
        After this long everybody who waits is told ``None``: not in time.
    on_late : callable
        Told then, on the event loop, before those who wait.
    """

    __slots__ = ("_batches", "_futures", "_loop", "_on_late", "_timer", "is_finished")

    def __init__(self, deadline_s: float, on_late: Callable[[Together], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._batches: list[Sequence[Prediction]] = []
        self._futures: list[asyncio.Future[bool | None]] = []
        self._on_late = on_late
        self._timer = self._loop.call_later(deadline_s, self._give_up)
        self.is_finished = False

    def join(self, batch: Sequence[Prediction]) -> asyncio.Future[bool | None]:
        """Add one request; the future tells whether its records are written, or ``None`` if not in time."""
        future: asyncio.Future[bool | None] = self._loop.create_future()
        self._batches.append(batch)
        self._futures.append(future)
        return future

    def write(self, together: Callable[[Sequence[Sequence[Prediction]]], Sequence[bool]]) -> None:
        """Write what was joined and tell the event loop; what goes wrong is raised where each request waits."""
        done: Sequence[bool] = ()
        error: Exception | None = None
        try:
            done = together(self._batches)
        except Exception as raised:  # noqa: BLE001 - thread boundary: raised again where the requests wait
            error = raised
        self.is_finished = True
        with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody waiting
            self._loop.call_soon_threadsafe(self._settle, done, error)

    def _settle(self, done: Sequence[bool], error: Exception | None) -> None:
        self._timer.cancel()
        for i, future in enumerate(self._futures):
            if future.done():
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(done[i])

    def _give_up(self) -> None:
        if self.is_finished:  # it was written; word of it is on its way
            return
        self._on_late(self)
        for future in self._futures:
            if not future.done():
                future.set_result(None)
