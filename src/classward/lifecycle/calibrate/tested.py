"""From which confidence on are enough answers right? One fixed grid, one chance of being wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.statistics import binomial_p, clopper_pearson, fallback_rejections, rows_needed

__all__ = ["GRID", "STARTS", "Tested", "prove_share"]

GRID = (0.99, 0.98, 0.97, 0.96, 0.95, *(round(0.9 - 0.025 * i, 3) for i in range(37)))
"""Thresholds tried, from strict to none; fixed beforehand, or the proof would not hold."""
STARTS = tuple(GRID.index(at) for at in (0.98, 0.9, 0.75, 0.5, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """Outcome: ``k`` of ``n`` answers are right from ``at`` on, the proved threshold or else the one that came closest.

    ``n_all`` counts answers without any threshold; ``n_needed`` such answers would prove the target at this rate.
    """

    state: str
    at: float
    k: int
    n: int
    n_all: int
    n_needed: int | None

    @property
    def is_proved(self) -> bool:
        """Whether the target is shown to be kept."""
        return self.state == "guaranteed"

    def shortfall(self, what: str) -> str:
        """Say what was seen and how many rows are missing."""
        seen = f"{self.k} of {self.n} {what} right from {self.at:g} on" if self.n else f"there are no such {what}"
        more = f"about {self.n_needed} of them would prove it" if self.n_needed else "more rows alone will not prove it"
        return f"{seen}; {more}"


def prove_share(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_], *, target: float, error_rate: float
) -> Tested:
    """Find the lowest confidence from which on at least ``target`` of the answers are right.

    Every threshold of a fixed grid is a hypothesis ("too few are right"), tested by its exact binomial tail from strict to
    wide; see :func:`~classward.statistics.fallback_rejections`. Exact for independent rows and any number of them.

    Parameters
    ----------
    confidence, is_right : arrays of shape (n_answers,)
        Probability of each answer, and whether it was right.
    """
    n = [int((confidence >= at).sum()) for at in GRID]
    k = [int(is_right[confidence >= at].sum()) for at in GRID]
    p = [binomial_p(hits, rows, target) for hits, rows in zip(k, n, strict=True)]
    proved = np.flatnonzero(fallback_rejections(p, starts=STARTS, error_rate=error_rate))
    best = int(proved[-1]) if len(proved) else int(np.argmin(p))
    state = "guaranteed" if len(proved) else "not enough evidence"
    if not len(proved) and n[-1]:
        ends = (clopper_pearson(hits, rows, level=1 - 2 * error_rate)[1] for hits, rows in zip(k, n, strict=True))
        state = "out of reach" if all(high < target for high in ends) else state
    observed = k[best] / n[best] if n[best] else 1.0
    needed = rows_needed(target, error_rate / len(STARTS), observed=observed)
    return Tested(state=state, at=GRID[best], k=k[best], n=n[best], n_all=n[-1], n_needed=needed)
