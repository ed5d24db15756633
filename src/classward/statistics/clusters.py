"""Groups of similar rows by weighted k-means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["weighted_k_means"]

_MOST_ROUNDS = 100


def weighted_k_means(
    points: NDArray[np.float64], weights: NDArray[np.float64], n_clusters: int, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Put each point into one of ``n_clusters`` groups, heavier points pulling more.

    Starts from k-means++ and ends in a local optimum; groups may come out empty. Meant for up to some thousand points.

    Parameters
    ----------
    points : float array of shape (n, d)
        What is to be grouped.
    weights : float array of shape (n,)
        Positive.

    Returns
    -------
    group : int array of shape (n,)
        In ``[0, n_clusters)``.

    References
    ----------
    Arthur, Vassilvitskii (2007). k-means++: the advantages of careful seeding. SODA.
    """
    centres = points[[rng.choice(len(points), p=weights / weights.sum())]]
    while len(centres) < min(n_clusters, len(points)):
        far = weights * _squares(points, centres).min(axis=1)
        if far.sum() == 0.0:
            break
        centres = np.vstack([centres, points[rng.choice(len(points), p=far / far.sum())]])
    group = _squares(points, centres).argmin(axis=1)
    for _ in range(_MOST_ROUNDS):
        for i in range(len(centres)):
            if (group == i).any():
                centres[i] = np.average(points[group == i], axis=0, weights=weights[group == i])
        before, group = group, _squares(points, centres).argmin(axis=1)
        if (before == group).all():
            break
    return np.asarray(group, dtype=np.int64)


def _squares(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))
