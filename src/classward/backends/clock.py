"""Where time and identifiers come from: the machine in production, a virtual clock in a simulation."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import numpy as np

__all__ = ["SeededIds", "SystemClock", "UlidIds", "VirtualClock"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC time of day."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.perf_counter()


class VirtualClock:
    """A clock that stands still until it is moved."""

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
    """ULIDs: 48 bits of milliseconds and 80 random bits, so that ids sort by time of creation."""

    def new(self) -> str:
        """A fresh identifier."""
        return _base32((time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big"))


class SeededIds:
    """Identifiers in ULID form from a seed: a counter and random bits; the same seed gives the same ids."""

    def __init__(self, seed: int) -> None:
        self._rng, self._count = np.random.default_rng(seed), 0

    def new(self) -> str:
        """The next identifier."""
        self._count += 1
        return _base32((self._count << 80) | int.from_bytes(self._rng.bytes(10), "big"))


def _base32(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
