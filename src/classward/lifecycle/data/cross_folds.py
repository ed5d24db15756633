"""Deal rows into folds for cross-fitting: every class spread evenly, rows that belong together never parted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cross_folds"]


def cross_folds(
    y_index: NDArray[np.int64], *, n_folds: int, groups: NDArray[np.int64] | None, rng: np.random.Generator
) -> tuple[NDArray[np.int64], ...]:
    """Give the held rows of each fold; together they are every row once.

    Groups of several rows are dealt first, the largest first, each to the fold that has fewest rows of its classes;
    single rows then level the classes out. A class whose rows all belong to one group is in one fold alone.

    Parameters
    ----------
    y_index : int array of shape (n,)
        Class of each row.
    n_folds : int
        At least 2, at most ``n``.
    groups : int array of shape (n,) or None
        Rows with the same number stay together; ``None`` if each row stands alone.
    rng : numpy Generator
        Breaks ties.

    Returns
    -------
    held : tuple of int array
        Sorted row indices, one array per fold. With fewer groups than folds some are empty.

    >>> [len(f) for f in cross_folds(np.array([0, 0, 1, 1]), n_folds=2, groups=None, rng=np.random.default_rng(0))]
    [2, 2]
    """
    if n_folds < 2:
        raise ValueError(f"{n_folds} folds leave no row to score")
    y = np.asarray(y_index, dtype=np.int64)
    fold = np.full(len(y), -1, dtype=np.int64)
    counts = np.zeros((n_folds, int(y.max(initial=0)) + 1), dtype=np.int64)
    if groups is not None:
        _deal_groups(y, groups, fold, counts, rng)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero((y == label) & (fold < 0)))
        more = _level(counts[:, label], counts.sum(axis=1), len(rows))
        fold[rows] = np.repeat(np.arange(n_folds), more)
        counts[:, label] += more
    return tuple(np.flatnonzero(fold == k) for k in range(n_folds))


def _level(have: NDArray[np.int64], load: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """How many of ``n`` rows each fold gets so that the smallest are filled up first; ties go to the least loaded."""
    top = int(have.max()) + n
    low, high = int(have.min()), top
    while low < high:  # the highest level that n rows can fill every fold up to
        level = (low + high + 1) // 2
        low, high = (level, high) if int(np.maximum(level - have, 0).sum()) <= n else (low, level - 1)
    more = np.maximum(low - have, 0)
    is_open = have + more == low
    order = [k for k in np.lexsort((np.arange(len(have)), load)) if is_open[k]]
    more[order[: n - int(more.sum())]] += 1
    return np.asarray(more, dtype=np.int64)


def _deal_groups(
    y: NDArray[np.int64],
    groups: NDArray[np.int64],
    fold: NDArray[np.int64],
    counts: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    several = rng.permutation(np.flatnonzero(sizes > 1))
    for group in several[np.argsort(-sizes[several], kind="stable")]:
        rows = order[starts[group] : starts[group + 1]]
        found = np.bincount(y[rows], minlength=counts.shape[1])
        load = (counts * found).sum(axis=1) / len(rows)
        best = int(np.lexsort((counts.sum(axis=1), load))[0])
        fold[rows] = best
        counts[best] += found
