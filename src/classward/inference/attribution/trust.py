"""How far an explanation may be trusted."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scores", "fidelity", "rank_correlation", "warnings_of"]

_STABLE, _FAITHFUL = 0.7, 0.3
_FEW_BACKGROUND = 10
_ALWAYS = (
    "It tells what moved this model, not what causes the class; columns that go together share credit arbitrarily."
)


class Scores(Protocol):
    """Scores of rows that keep some players (bool, (n, n_players)) and take the rest from drawn background rows."""

    def __call__(self, is_in: NDArray[np.bool_], drawn: NDArray[np.int64], /) -> NDArray[np.float64]:
        """Scores of shape (n,)."""
        ...


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Spearman's correlation of two sets of contributions; ``None`` with fewer than three, or if one does not vary.

    >>> rank_correlation(np.array([1.0, 2.0, 5.0]), np.array([0.1, 0.3, 0.2]))
    0.5
    """
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    a, b = (np.argsort(np.argsort(x, kind="stable"), kind="stable").astype(np.float64) for x in (first, second))
    return round(float(np.corrcoef(a, b)[0, 1]), 6)


def fidelity(score: Scores, values: NDArray[np.float64], drawn: NDArray[np.int64]) -> float | None:
    """Take out the strongest quarter of the players, and the weakest: the score ought to care about the first only.

    Returns
    -------
    fidelity : float or None
        (strong - weak) / (strong + weak) of the mean changes: 1 when only the strongest matter, 0 when it makes no
        difference which go. ``None`` with fewer than four players, or when nothing changes.
    """
    d = len(values)
    if d < 4:
        return None
    k = d // 4
    order = np.argsort(-np.abs(values), kind="stable")
    is_in = np.ones((3, d), dtype=np.bool_)
    is_in[1, order[:k]] = False
    is_in[2, order[-k:]] = False
    scores = score(np.repeat(is_in, len(drawn), axis=0), np.tile(drawn, 3)).reshape(3, -1)
    strong, weak = (float(abs((scores[i] - scores[0]).mean())) for i in (1, 2))
    return (strong - weak) / (strong + weak) if strong + weak > 1e-9 else None


def warnings_of(stability: float | None, faithful: float | None, *, n_background: int) -> tuple[str, ...]:
    """Say in words what an explanation is not, and which of its checks failed."""
    said = [_ALWAYS]
    if stability is not None and stability < _STABLE:
        said.append(f"Two halves of the draws agree little ({stability:.2f}): draw more before reading the order.")
    if faithful is not None and faithful < _FAITHFUL:
        said.append(
            f"Taking out the strongest changes hardly more than the weakest ({faithful:.2f}): do not rely on it."
        )
    if n_background < _FEW_BACKGROUND:
        said.append(f"Only {n_background} background rows: another choice of them could tell another story.")
    return tuple(said)
