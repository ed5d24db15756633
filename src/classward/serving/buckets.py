"""How often a caller may ask: token buckets, one for all and one for each caller."""

from __future__ import annotations

from collections import OrderedDict

from classward.serving.shed import Shed

__all__ = ["MAX_CALLERS", "RateLimits"]

MAX_CALLERS = 10_000
"""Callers remembered; the one that was silent longest is forgotten first (its bucket is full by then)."""

_FULL_S = 1.0


class RateLimits:
    """At most so many requests a second, on average, with bursts of one second's worth.

    Parameters
    ----------
    per_caller, total : float
        Requests a second; 0 sets no limit.
    """

    __slots__ = ("_all", "_callers", "_per_caller", "_total")

    def __init__(self, *, per_caller: float, total: float) -> None:
        self._per_caller, self._total = per_caller, total
        self._all = (_room(total), 0.0)
        self._callers: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, caller: bytes, now_s: float) -> None:
        """Let one request of a caller pass.

        Raises
        ------
        Shed
            CW431 when this caller, CW432 when everybody together asked too often.
        """
        if self._per_caller:
            left, wait_s = _taken(self._callers.get(caller, (_room(self._per_caller), now_s)), self._per_caller, now_s)
            self._callers[caller] = (left, now_s)
            self._callers.move_to_end(caller)
            if len(self._callers) > MAX_CALLERS:
                self._callers.popitem(last=False)
            if wait_s:
                raise Shed(
                    "CW431",
                    "too many requests from this caller",
                    why=f"at most {self._per_caller:g} a second are answered",
                    fix="wait as long as Retry-After says, or send more rows per request",
                ).after(wait_s)
        if self._total:
            left, wait_s = _taken(self._all, self._total, now_s)
            self._all = (left, now_s)
            if wait_s:
                raise Shed(
                    "CW432",
                    "too many requests from all callers together",
                    why=f"at most {self._total:g} a second are answered",
                    fix="wait as long as Retry-After says",
                ).after(wait_s)


def _room(rate: float) -> float:
    return max(1.0, rate * _FULL_S)


def _taken(bucket: tuple[float, float], rate: float, now_s: float) -> tuple[float, float]:
    """Tokens left after one is taken, and how long to wait for one if there is none (then none is taken)."""
    tokens, since_s = bucket
    tokens = min(_room(rate), tokens + (now_s - since_s) * rate)
    return (tokens - 1.0, 0.0) if tokens >= 1.0 else (tokens, (1.0 - tokens) / rate)
