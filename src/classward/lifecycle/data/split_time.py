"""Folds in the order of time: what the model is tested on happened after what it learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.data.folds import CALIBRATION, TEST, TRAIN

__all__ = ["move_to_earliest", "time_folds"]


def time_folds(time_us: NDArray[np.int64], *, shares: NDArray[np.float64]) -> NDArray[np.int8]:
    """Cut rows by time: train first, then calibration, then test (a fold with share 0 stays empty).

    Rows of the same moment stay together: a cut moves to the nearest change of time, so every row of a later fold is
    strictly later. With too few different times a fold may stay empty; the caller refuses that.

    Parameters
    ----------
    time_us : int array of shape (n_rows,)
        Microseconds since any origin.
    shares : float array of shape (n_folds,)
        Share of each fold, train first.
    """
    n = len(time_us)
    order = np.argsort(time_us, kind="stable")
    ordered = time_us[order]
    changes = np.flatnonzero(np.diff(ordered)) + 1
    fold = np.full(n, TRAIN, dtype=np.int8)
    wanted = np.cumsum(shares)[:-1] * n
    last = 0
    for number, cut in zip((CALIBRATION, TEST), wanted, strict=False):
        possible = changes[changes > last]
        if shares[number] <= 0 or not len(possible):
            continue
        last = int(possible[np.argmin(np.abs(possible - cut))])
        fold[order[last:]] = number
    return fold


def move_to_earliest(fold: NDArray[np.int8], group: NDArray[np.int64]) -> tuple[NDArray[np.int8], int, int]:
    """Bring every group that spans folds into the earliest fold that has it.

    Returns
    -------
    fold, n_groups, n_rows : int8 array, int, int
        The new folds, how many groups spanned folds and how many rows were moved.
    """
    earliest = np.full(int(group.max()) + 1, TEST, dtype=np.int8)
    np.minimum.at(earliest, group, fold)
    moved = earliest[group]
    is_moved = moved != fold
    return moved, len(np.unique(group[is_moved])), int(is_moved.sum())
