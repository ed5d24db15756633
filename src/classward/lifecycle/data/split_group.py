"""Folds in which every entity is on one side only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.data.folds import CALIBRATION, TEST, TRAIN

__all__ = ["group_folds"]

_MOST_OVER = 1.5
_PREFERRED = (TRAIN, TEST, CALIBRATION)


def group_folds(
    y_index: NDArray[np.int64],
    group: NDArray[np.int64],
    *,
    shares: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """Divide rows so that each group is in one fold, classes in about the same shares.

    Groups of rare classes are taken first, so that common classes cannot use up the small folds; among those of a class
    the largest comes first, equal ones in random order. Each goes to the fold that lacks most of the group's
    classes relative to what it should have (train before test before calibration when they lack the same), unless that
    would fill the fold far beyond its share; so the first group of every class goes to train.

    Parameters
    ----------
    group : int array of shape (n_rows,)
        Rows with the same number stay together; numbers count up from 0.
    shares : float array of shape (n_folds,)
        Share of each fold, train first; a fold with share 0 stays empty.

    Returns
    -------
    fold : int8 array of shape (n_rows,)
    """
    n_classes = int(y_index.max()) + 1
    target = np.bincount(y_index, minlength=n_classes)[:, None] * shares
    missing, room = target.copy(), len(y_index) * shares
    seen = np.zeros(n_classes, dtype=bool)
    folds = [f for f in _PREFERRED if f < len(shares) and shares[f] > 0]
    fold = np.full(len(y_index), TRAIN, dtype=np.int8)
    for rows in _groups(group, y_index, rng):
        classes, counts = np.unique(y_index[rows], return_counts=True)
        if seen[classes].all():
            chosen = _choose(folds, missing[classes], target[classes], counts, room)
        else:
            chosen = TRAIN
            seen[classes] = True
        fold[rows] = chosen
        missing[classes, chosen] -= counts
        room[chosen] -= len(rows)
    return fold


def _choose(
    folds: list[int],
    missing: NDArray[np.float64],
    target: NDArray[np.float64],
    counts: NDArray[np.int64],
    room: NDArray[np.float64],
) -> int:
    size = int(counts.sum())
    best, best_lack = TRAIN, -np.inf
    for fold in folds:
        if fold != TRAIN and size > _MOST_OVER * room[fold]:
            continue
        lack = float(counts @ (missing[:, fold] / target[:, fold])) / size
        if lack > best_lack + 1e-12:
            best, best_lack = fold, lack
    return best


def _groups(group: NDArray[np.int64], y_index: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Rows of each group, in the order in which groups are placed."""
    of_class = np.bincount(y_index)[y_index]
    rarest = np.full(int(group.max()) + 1, len(group), dtype=np.int64)
    np.minimum.at(rarest, group, of_class)
    sizes = np.bincount(group)
    order = np.argsort(group, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    mixed = rng.permutation(len(sizes))
    mixed = mixed[np.lexsort((-sizes[mixed], rarest[mixed]))]
    return [order[starts[g] : starts[g + 1]] for g in mixed]
