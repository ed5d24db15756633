"""Whether a request is worked on now: rates, how many are under way, and how late this process is."""

from __future__ import annotations

from classward.errors import InvalidInput
from classward.serving.buckets import RateLimits
from classward.serving.shed import Shed
from classward.settings import Settings

__all__ = ["Admission", "check_deadline", "deadline_of"]

_MAX_DEADLINE_MS = 86_400_000


class Admission:
    """Refuses early and cheaply, so that what is accepted is answered in time.

    Parameters
    ----------
    settings : Settings
        Rates are for the whole server; each of its ``workers`` gives out its share.
    """

    def __init__(self, settings: Settings) -> None:
        n = max(1, settings.workers)
        self._rates = RateLimits(per_caller=settings.rate_per_caller / n, total=settings.rate_total / n)
        self._has_rates = bool(settings.rate_per_caller or settings.rate_total)
        self._max_running, self._max_waiting = settings.max_running, settings.max_waiting
        self._max_lag_s = settings.max_lag_ms / 1000.0
        self.n_running = 0
        self.n_waiting = 0
        self.lag_s = 0.0

    def enter(self, caller: bytes, now_s: float) -> None:
        """Begin a request; :meth:`leave` must follow if this does not raise.

        Raises
        ------
        Shed
            CW431 and CW432 for rates, CW433 when too many are under way or answers are late.
        """
        if self._has_rates:
            self._rates.take(caller, now_s)
        if self.n_running >= self._max_running:
            raise _overloaded(f"{self.n_running} requests are under way")
        if self._max_lag_s and self.lag_s > self._max_lag_s:
            raise _overloaded(f"answers are {self.lag_s:.1f} s late")
        self.n_running += 1

    def leave(self) -> None:
        """End a request."""
        self.n_running -= 1

    def wait_in_line(self) -> None:
        """Join the line of large requests; :meth:`next_in_line` must follow if this does not raise.

        Raises
        ------
        Shed
            CW433 when the line is full.
        """
        if self.n_waiting >= self._max_waiting:
            raise _overloaded(f"{self.n_waiting} large requests wait")
        self.n_waiting += 1

    def next_in_line(self) -> None:
        """Leave the line."""
        self.n_waiting -= 1


def _overloaded(got: str) -> Shed:
    return Shed(
        "CW433",
        "the server has too much to do",
        got=got,
        why="what is accepted shall be answered in time",
        fix="wait as long as Retry-After says; add workers, or raise CLASSWARD_MAX_RUNNING, _MAX_WAITING or _MAX_LAG_MS",
    )


def deadline_of(header: str, started_s: float) -> float | None:
    """When a caller stops waiting, on the monotonic clock, from the header ``X-Deadline-Ms``.

    Raises
    ------
    InvalidInput
        CW434 if it is no number of milliseconds.
    """
    if not header:
        return None
    if not (header.isascii() and header.isdigit() and 0 < int(header[:12]) <= _MAX_DEADLINE_MS):
        raise InvalidInput(
            "CW434",
            "the header X-Deadline-Ms is not a number of milliseconds",
            got=repr(header[:20]),
            fix=f"send a whole number from 1 to {_MAX_DEADLINE_MS}, or leave it out",
        )
    return started_s + int(header) / 1000.0


def check_deadline(deadline_s: float | None, now_s: float) -> None:
    """Do not begin what nobody waits for.

    Raises
    ------
    InvalidInput
        CW425 when the deadline has passed.
    """
    if deadline_s is not None and now_s >= deadline_s:
        raise InvalidInput(
            "CW425",
            "the deadline passed before the rows were answered",
            got=f"{1000.0 * (now_s - deadline_s):.0f} ms late",
            why="nobody waits for the answer any more; nothing was predicted or logged",
            fix="allow more time, or send fewer rows",
        )
