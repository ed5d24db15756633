"""What was counted since Prometheus was last told: to tell it of every request costs more than to answer."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

__all__ = ["Tallies", "Times"]


class Times:
    """Requests of one kind: how many, how long together, and how many in each bucket of a histogram."""

    __slots__ = ("_bounds", "buckets", "n", "seconds")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self.n, self.seconds, self.buckets = 0, 0.0, [0] * (len(bounds) + 1)

    def add(self, seconds: float) -> None:
        """Note one request."""
        self.n += 1
        self.seconds += seconds
        self.buckets[bisect_left(self._bounds, seconds)] += 1

    def tell(self, counter: Any, histogram: Any) -> None:
        """Add all of it to a counter and a histogram (children with their labels), and begin anew.

        The library has no call for many observations at once; its sum and its buckets are counters of their own, of
        which ``observe`` would add to two.
        """
        counter.inc(self.n)
        histogram._sum.inc(self.seconds)
        for child, n in zip(histogram._buckets, self.buckets, strict=True):
            if n:
                child.inc(n)
        self.n, self.seconds, self.buckets = 0, 0.0, [0] * (len(self._bounds) + 1)


class Tallies(dict[Any, int]):
    """Counter (a child with its labels) → how often since it was last told."""

    def add(self, child: Any, n: int = 1) -> None:
        """Count."""
        self[child] = self.get(child, 0) + n

    def tell(self) -> None:
        """Add all of it to the counters, and begin anew."""
        for child, n in self.items():
            child.inc(n)
        self.clear()
