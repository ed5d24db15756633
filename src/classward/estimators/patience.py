"""When to stop: a figure on rows held out, steadied against noise, and how long to wait for it to get better."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

__all__ = ["Patience", "Stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Which step of a fit was kept, and how many were made."""

    chosen: int
    made: int


@dataclass(slots=True, kw_only=True)
class Patience:
    """Follows a figure, larger is better, step by step.

    Figures on few rows jump; the mean of the last few jumps less, and so neither ends a fit too soon nor takes a lucky
    step for the best one. The price is that a real gain is seen a few steps later.

    Parameters
    ----------
    patience : int
        Steps without a gain after which it is over.
    steadied : int
        Steps whose figures are averaged; 1 compares each as it is.
    gain : float
        A smaller rise counts as none for waiting, though it may still be the best.

    Examples
    --------
    >>> seen = Patience(patience=2)
    >>> [seen.saw(figure) for figure in (0.5, 0.7, 0.6, 0.65, 0.6)], seen.best_step, seen.is_over
    ([True, True, False, False, False], 2, True)
    """

    patience: int
    steadied: int = 1
    gain: float = 0.0
    best: float = field(default=float("-inf"), init=False)
    best_step: int = field(default=0, init=False)
    n_steps: int = field(default=0, init=False)
    is_over: bool = field(default=False, init=False)
    _waited: int = field(default=0, init=False)
    _last: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        if self.patience < 0 or self.steadied < 1:
            raise ValueError(f"a patience of {self.patience} steps, steadied over {self.steadied}")
        self._last = deque(maxlen=self.steadied)

    def saw(self, figure: float) -> bool:
        """Take the figure of the next step in; say whether it is the best so far."""
        self.n_steps += 1
        self._last.append(figure)
        steady = sum(self._last) / len(self._last)
        self._waited = 0 if steady > self.best + self.gain else self._waited + 1
        self.is_over = self._waited > self.patience
        if steady <= self.best:
            return False
        self.best, self.best_step = steady, self.n_steps
        return True

    @property
    def stop(self) -> Stop:
        """Which step is best, of how many."""
        return Stop(chosen=self.best_step or self.n_steps, made=self.n_steps)
