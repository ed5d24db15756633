"""Where time and identifiers come from: the machine in production, a virtual clock in a simulation."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime

import numpy as np

__all__ = ["SeededIds", "SystemClock", "UlidIds", "VirtualClock"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_RANDOM_BITS = 80
_LOW = (1 << 60) - 1
_RANDOM_BYTES = 10
_DRAWN = 100 * _RANDOM_BYTES


class SystemClock:
    """The machine's clock (fulfils ``ports.Clock``)."""

    def now(self) -> datetime:
        """Aware UTC time of day."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.perf_counter()


class VirtualClock:
    """A clock that stands still until it is moved (fulfils ``ports.Clock``)."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = start

    def now(self) -> datetime:
        """The moment it was last moved to."""
        return self._now

    def monotonic_s(self) -> float:
        """Virtual seconds since the start."""
        return (self._now - self._start).total_seconds()

    def advance_to(self, when: datetime) -> None:
        """Move on; a moment in the past leaves the clock where it is."""
        self._now = max(self._now, when)


class UlidIds:
    """ULIDs: 48 bits of milliseconds and 80 random bits, so that ids sort by time of creation.

    Within one process each id is greater than the one before, also within a millisecond and when the clock goes back.
    Safe to share between threads; a forked child continues with random bits of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._pid = os.getpid()
        self._random, self._used = b"", 0

    def new(self) -> str:
        """A fresh identifier."""
        made = time.time_ns() // 1_000_000 << _RANDOM_BITS
        pid = os.getpid()
        with self._lock:
            if self._used >= len(self._random) or self._pid != pid:  # one call of the kernel for many identifiers
                self._random, self._used = os.urandom(_DRAWN), 0
            made |= int.from_bytes(self._random[self._used : self._used + _RANDOM_BYTES], "big")
            self._used += _RANDOM_BYTES
            if made <= self._last and self._pid == pid:
                made = self._last + 1 + int.from_bytes(os.urandom(4), "big")
            self._last, self._pid = made, pid
        return _base32(made)


class SeededIds:
    """Identifiers in ULID form from a seed: a counter and random bits; the same seed gives the same ids."""

    def __init__(self, seed: int | np.random.Generator) -> None:
        self._rng, self._count = np.random.default_rng(seed), 0

    def new(self) -> str:
        """The next identifier."""
        self._count += 1
        return _base32((self._count << _RANDOM_BITS) | int.from_bytes(self._rng.bytes(10), "big"))


def _base32(value: int) -> str:
    """26 letters, two at a time: an id or two stand in every answer."""
    high, low = value >> 60, value & _LOW
    return (
        f"{_PAIRS[high >> 60]}{_PAIRS[high >> 50 & 1023]}{_PAIRS[high >> 40 & 1023]}{_PAIRS[high >> 30 & 1023]}"
        f"{_PAIRS[high >> 20 & 1023]}{_PAIRS[high >> 10 & 1023]}{_PAIRS[high & 1023]}{_PAIRS[low >> 50]}"
        f"{_PAIRS[low >> 40 & 1023]}{_PAIRS[low >> 30 & 1023]}{_PAIRS[low >> 20 & 1023]}{_PAIRS[low >> 10 & 1023]}"
        f"{_PAIRS[low & 1023]}"
    )
