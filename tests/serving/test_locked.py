from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from classward.serving.locked import LockedWriter


class OneAtATime:
    """Fails when two threads are inside at once."""

    def __init__(self) -> None:
        self._inside = threading.Lock()
        self.n_calls = 0
        self.n_lost = 0

    def _work(self, *_: object) -> bool:
        assert self._inside.acquire(blocking=False), "two threads in one writer"
        before = self.n_calls
        threading.Event().wait(0.0005)
        self.n_calls = before + 1
        self._inside.release()
        return True

    predictions = labels = quarantine = count = tick = close = _work


def test_threads_take_turns_whatever_they_call():
    writer = OneAtATime()
    locked = LockedWriter(writer)
    calls = [
        lambda: locked.predictions([]), lambda: locked.labels([]), lambda: locked.quarantine([]),
        lambda: locked.count("refused"), locked.tick,
    ] * 20  # fmt: skip
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()
    locked.close()
    assert writer.n_calls == 101
