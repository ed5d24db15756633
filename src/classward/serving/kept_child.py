"""A child process that is kept running: started again when it ends, less and less eagerly."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable

from classward.serving.logs import say

__all__ = ["KeptChild"]

_FIRST_S = 1.0
_MOST_S = 60.0


class KeptChild:
    """Runs a child until told to stop.

    A child that ends by itself is told of in the log and started again after a pause that doubles each time, up to a
    minute, and begins anew with a child that lived longer than that.

    Parameters
    ----------
    name : str
        What it is called in the log.
    start : callable
        Starts the child.
    first_s : float
        The first pause, in seconds.
    monotonic_s : callable
        Seconds of a clock that never goes back.
    """

    def __init__(
        self,
        name: str,
        start: Callable[[], subprocess.Popen[bytes]],
        *,
        monotonic_s: Callable[[], float],
        first_s: float = _FIRST_S,
    ) -> None:
        self._name, self._start, self._first_s, self._monotonic_s = name, start, first_s, monotonic_s
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._child = start()
        self._thread = threading.Thread(target=self._keep, name=f"keeps {name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the child and wait for its end."""
        with self._lock:
            self._stopping.set()
            self._child.terminate()
        self._child.wait()
        self._thread.join()

    def _keep(self) -> None:
        pause_s = self._first_s
        while not self._stopping.is_set():
            began_s = self._monotonic_s()
            code = self._child.wait()
            if self._stopping.is_set():
                return
            pause_s = self._first_s if self._monotonic_s() - began_s > _MOST_S else pause_s
            say(f"{self._name} ended", level=logging.ERROR, more={"exit_code": code, "again_in_s": pause_s})
            if self._stopping.wait(pause_s):
                return
            pause_s = min(2 * pause_s, _MOST_S)
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            try:
                self._child = self._start()
            except OSError as error:  # no memory or process left: the old one stays ended, and is tried again
                say(f"{self._name} cannot start", level=logging.ERROR, more={"why": str(error)})
