"""Stopping without losing a request that was accepted.

A server that is told to stop goes on for a moment: it still takes connections and answers, each answer asking the
client to come back on another connection (``Connection: close``). Only then does it stop listening and wait for what
runs.
"""

from __future__ import annotations

import asyncio
import ctypes
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["DRAIN_GRACE_S", "DrainSignals", "take_no_more"]

DRAIN_GRACE_S = 0.25
_SO_ATTACH_FILTER = 26

_Handler = Callable[[int, FrameType | None], object]


class DrainSignals:
    """Puts a moment of draining before what SIGTERM and SIGINT did until now.

    Does nothing outside the main thread, or where no Python handler is installed.
    """

    def __init__(self, on_drain: Callable[[], None], *, grace_s: float = DRAIN_GRACE_S) -> None:
        self._on_drain, self._grace_s = on_drain, grace_s
        self._previous: dict[int, _Handler] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_begun = False

    def install(self) -> None:
        """Take over the handlers that are installed now."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            previous = signal.getsignal(number)
            if callable(previous) and previous is not signal.default_int_handler:
                self._previous[number] = previous
                signal.signal(number, self._handle)

    def restore(self) -> None:
        """Give the handlers back."""
        for number, previous in self._previous.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, previous)
        self._previous.clear()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        previous = self._previous.get(number)
        if previous is None or self._loop is None:
            return
        if self._is_begun:
            previous(number, frame)
            return
        self._is_begun = True
        self._on_drain()
        self._loop.call_soon_threadsafe(self._loop.call_later, self._grace_s, previous, number, None)


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint))


def take_no_more(listener: socket.socket) -> bool:
    """Let the kernel pass over new connections while those that wait are still taken in.

    Closing a listening socket resets the connections that wait in its queue, requests and all. A packet filter that
    drops everything (Linux) keeps new ones out first; clients try again and meet a closed port, or the next server.

    Returns
    -------
    bool
        Whether the system could do it; if not, stopping works as before.
    """
    if not sys.platform.startswith("linux"):
        return False
    drop = _Instruction(0x06, 0, 0, 0)  # BPF_RET | BPF_K, 0 bytes: drop
    program = struct.pack("HL", 1, ctypes.addressof(drop))
    try:
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    except OSError:
        return False
    return True
