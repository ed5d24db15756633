"""Rows set aside within training, to tell when to stop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["inner_fold", "inner_folds"]

_SHARE = 0.1
_FEWEST_ROWS = 20
_THIRDS = 3
_MOST_FOR_THIRDS = 15_000
"""Rows × classes up to which rows are few: a tenth would tell too little, and cost too much."""


def inner_fold(y: NDArray[np.int64], rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hold out a tenth of each class, rounded down: a class with fewer than ten rows keeps them all.

    Parameters
    ----------
    y : int array of shape (n,)
        Class of each row, from 0 without gaps.
    rng : Generator
        Chooses the rows.

    Returns
    -------
    rows, held : int array
        Ascending row numbers; ``held`` is empty if it would be fewer than 20 rows.
    """
    order = rng.permutation(len(y))
    ranked = order[np.argsort(y[order], kind="stable")]
    counts = np.bincount(y)
    rank = np.arange(len(y)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_held = rank < np.repeat((counts * _SHARE).astype(np.int64), counts)
    rows, held = np.sort(ranked[~is_held]), np.sort(ranked[is_held])
    if len(held) < _FEWEST_ROWS:
        return np.arange(len(y)), held[:0]
    return rows, held


def inner_folds(
    y: NDArray[np.int64], rng: np.random.Generator
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
    """Hold out each third of few rows in turn, one tenth of many, and nothing where that would be fewer than 20 rows.

    A class with fewer than three rows (ten, where a tenth is held out) keeps them all.

    Parameters
    ----------
    y : int array of shape (n,)
        Class of each row, from 0 without gaps.
    rng : Generator
        Chooses the rows.

    Returns
    -------
    folds : tuple of (rows, held)
        Ascending row numbers.
    """
    counts = np.bincount(y)
    if len(y) * len(counts) > _MOST_FOR_THIRDS:
        rows, held = inner_fold(y, rng)
        return ((rows, held),) if len(held) else ()
    order = rng.permutation(len(y))
    ranked = order[np.argsort(y[order], kind="stable")]
    part = np.empty(len(y), dtype=np.int64)
    part[ranked] = np.arange(len(y)) % _THIRDS
    part[counts[y] < _THIRDS] = -1
    if (part >= 0).sum() < _FEWEST_ROWS:
        return ()
    return tuple((np.flatnonzero(part != i), np.flatnonzero(part == i)) for i in range(_THIRDS))
