"""What every clock and every maker of identifiers must do."""

# ruff: noqa: D102  (a check says in its name what it checks)

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

from classward.ports import Clock, Ids

__all__ = ["ClockSuite", "IdsSuite"]


class ClockSuite:
    """Checks of ``ports.Clock``."""

    def make(self) -> Clock:
        """A clock."""
        raise NotImplementedError

    def test_time_is_aware_and_in_utc(self) -> None:
        assert self.make().now().utcoffset() == timedelta(0)

    def test_durations_never_go_back(self) -> None:
        clock = self.make()
        seen = [clock.monotonic_s() for _ in range(100)]
        assert seen == sorted(seen)


class IdsSuite:
    """Checks of ``ports.Ids``."""

    def make(self) -> Ids:
        """A maker of identifiers."""
        raise NotImplementedError

    def test_ids_are_26_characters_without_look_alikes(self) -> None:
        ids = self.make()
        for _ in range(100):
            made = ids.new()
            assert len(made) == 26
            assert set(made) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    def test_ids_sort_in_the_order_they_were_made(self) -> None:
        ids = self.make()
        made = [ids.new() for _ in range(20_000)]
        assert all(a < b for a, b in pairwise(made))

    def test_threads_share_without_a_duplicate(self) -> None:
        ids = self.make()
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _: ids.new(), range(4000)))
        assert len(set(made)) == 4000
