"""Small classes whose scores are distributed alike share a threshold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from classward.statistics import weighted_k_means

__all__ = ["similar_classes"]

_QUANTILES = (0.5, 0.6, 0.7, 0.8, 0.9)
_FEWEST_CLASSES = 8
_ROWS_PER_CLUSTER = 150


def similar_classes(
    scores: NDArray[np.float64],
    y: NDArray[np.int64],
    small: NDArray[np.int64],
    *,
    alpha: float,
    min_rows: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Group small classes by the quantiles of their scores, on rows that then set no threshold.

    Parameters
    ----------
    scores, y : arrays of shape (n_samples,)
        Score of the true class, and that class.
    small : int array
        Classes to be grouped.

    Returns
    -------
    group : int array
        Cluster of each class, by column; -1 for a class that is pooled (or has rows enough and needs no group).
    is_kept : bool array of shape (n_samples,)
        Rows that may set thresholds.
    """
    n_classes = int(max(y.max(initial=0), small.max(initial=0))) + 1
    group, is_kept = np.full(n_classes, -1, dtype=np.int64), np.ones(len(y), dtype=np.bool_)
    counts = np.bincount(y, minlength=n_classes)
    fewest = max(math.ceil(1.0 / alpha) - 1, 5)
    able = small[counts[small] >= fewest]
    if len(able) < _FEWEST_CLASSES:
        return group, is_kept
    share = len(able) / (75 + len(able))
    n_clusters = int(min(max(share * counts[able].min() / 2, 1), counts[able].sum() * (1 - share) // _ROWS_PER_CLUSTER))
    if n_clusters < 1:
        return group, is_kept
    points, weights = np.empty((len(able), len(_QUANTILES))), np.empty(len(able))
    for i, index in enumerate(able):
        own = rng.permutation(np.flatnonzero(y == index))
        aside = own[: max(2, round(share * len(own)))]
        is_kept[aside] = False
        points[i], weights[i] = np.quantile(scores[aside], _QUANTILES), math.sqrt(len(aside))
    group[able] = weighted_k_means(points, weights, n_clusters, rng=rng)
    return group, is_kept
