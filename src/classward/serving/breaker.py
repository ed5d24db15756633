"""When to stop asking a model that fails, and when to try it again."""

from __future__ import annotations

__all__ = ["Breaker"]


class Breaker:
    """Opens after a run of faults, and lets one request through now and then to see whether they are over.

    Parameters
    ----------
    most : int
        Faults one after the other that open it.
    open_s : float
        How long it stays open before one request may try, in seconds; so long again if that fails, too.
    """

    def __init__(self, *, most: int = 5, open_s: float = 10.0) -> None:
        self._most, self._open_s = most, open_s
        self._n_faults = 0
        self._until_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the model is taken for broken."""
        return self._n_faults >= self._most

    def may_try(self, now_s: float) -> bool:
        """Whether this request may ask the model; of an open breaker one may, each time it has waited long enough."""
        if not self.is_open:
            return True
        if now_s < self._until_s:
            return False
        self._until_s = now_s + self._open_s
        return True

    def failed(self, now_s: float) -> bool:
        """Note a fault; says whether it opened the breaker."""
        self._n_faults += 1
        if self.is_open:
            self._until_s = now_s + self._open_s
        return self._n_faults == self._most

    def succeeded(self) -> None:
        """Note an answer: the run of faults is over."""
        self._n_faults = 0
