"""The shipped suites on clocks and identifiers."""

from __future__ import annotations

from datetime import UTC, datetime

from classward.backends.clock import SeededIds, SystemClock, UlidIds, VirtualClock
from classward.conformance.clocks import ClockSuite, IdsSuite
from classward.ports import Clock, Ids


class TestSystemClock(ClockSuite):
    def make(self) -> Clock:
        return SystemClock()


class TestVirtualClock(ClockSuite):
    def make(self) -> Clock:
        return VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))


class TestUlidIds(IdsSuite):
    def make(self) -> Ids:
        return UlidIds()


class TestSeededIds(IdsSuite):
    def make(self) -> Ids:
        return SeededIds(7)
