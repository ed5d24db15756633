"""A worker whose supervisor was killed must not go on serving unseen."""

from __future__ import annotations

import multiprocessing
import os
import signal

__all__ = ["is_orphan", "stop_gracefully"]


def is_orphan() -> bool:
    """Whether this process was started by a supervisor that is gone; never true for a server on its own."""
    parent = multiprocessing.parent_process()
    return parent is not None and os.getppid() != parent.pid


def stop_gracefully() -> None:
    """Ask this process to stop as ``kill`` would: running requests are answered first."""
    os.kill(os.getpid(), signal.SIGTERM)
