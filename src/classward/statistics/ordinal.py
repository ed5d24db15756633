"""How far off answers are when classes have an order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure
from classward.statistics.intervals import bootstrap_confusion
from classward.statistics.measures import measured_mean, measured_share

__all__ = ["off_by", "quadratic_kappa", "rank_error"]


def rank_error(y_index: NDArray[np.int64], predicted: NDArray[np.int64]) -> Measure:
    """Mean distance of the answered from the true class, in ranks (0: always right)."""
    return measured_mean(np.abs(y_index - predicted).astype(np.float64))


def off_by(y_index: NDArray[np.int64], predicted: NDArray[np.int64], *, at_most: int) -> Measure:
    """Share of rows answered with a class at most so many ranks away; 0 gives accuracy."""
    return measured_share(int((np.abs(y_index - predicted) <= at_most).sum()), len(y_index))


def quadratic_kappa(confusion: NDArray[np.int64], *, rng: np.random.Generator) -> Measure:
    """Agreement beyond chance of ordered classes, mistakes weighted by their squared distance.

    1 is perfect, 0 what answers with the same class shares get by chance. Depends on the class mix: not for comparing data
    sets.

    Parameters
    ----------
    confusion : int array of shape (n_classes, n_classes)
        Rows true, columns answered.
    rng : numpy Generator
        Draws the bootstrap of the interval.

    Returns
    -------
    kappa : Measure
        No value when all rows are of, and answered as, one class: agreement by chance is then complete.

    References
    ----------
    Cohen (1968). Weighted kappa. Psychological Bulletin 70.
    """
    n = int(confusion.sum())
    value = _kappa(confusion)
    if n == 0 or np.isnan(value):
        return Measure(value=None, n=n)
    ends = bootstrap_confusion(confusion, lambda drawn: np.nan_to_num(_kappa(drawn), nan=1.0), rng=rng)
    low, high = ends if ends is not None else (-1.0, 1.0)
    interval = Interval(low=min(low, value), high=max(high, value), level=0.95, method="bootstrap")
    return Measure(value=value, n=n, interval=interval)


def _kappa(confusion: NDArray[np.int64]) -> float:
    index = np.arange(len(confusion))
    weights = (index[:, None] - index[None, :]) ** 2
    chance = np.outer(confusion.sum(axis=1), confusion.sum(axis=0)) / max(int(confusion.sum()), 1)
    by_chance = float((weights * chance).sum())
    return 1.0 - float((weights * confusion).sum()) / by_chance if by_chance > 0.0 else float("nan")
