"""Rows set aside within training, to tell when to stop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["inner_fold"]

_SHARE = 0.1
_FEWEST_ROWS = 20


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
