"""Every row held out exactly once: folds by class, with entities kept whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.errors import DataError

__all__ = ["cross_folds"]


def cross_folds(
    y_index: NDArray[np.int64], *, n_folds: int, groups: NDArray[np.generic] | None, rng: np.random.Generator
) -> tuple[NDArray[np.int64], ...]:
    """Divide rows into folds so that each row is held out once and every class is spread as evenly as it can be.

    Without groups each class has, in any two folds, numbers of rows that differ by at most one, and so have the folds.
    With groups (entities, or rows alike in every feature) none is ever divided; groups of several rows are placed
    largest first where they disturb the balance of classes least, and single rows then fill up what is missing. Not for
    rows in the order of time: they need :func:`forward_folds`. A class with fewer rows (or groups) than folds is missing
    from some of them; one with a single row is, in one round, not there to be learned from.

    Parameters
    ----------
    y_index : int array of shape (n_rows,)
        Class of each row, from 0.
    n_folds : int
        At least 2.
    groups : array of shape (n_rows,) or None
        Rows with the same value stay together; numbers or text without missing values.
    rng : numpy.random.Generator
        Decides between equals: the same state gives the same folds.

    Returns
    -------
    held : tuple of int64 arrays
        Row numbers of each fold in ascending order, none empty; together they are ``0 … n_rows - 1``.

    Raises
    ------
    DataError
        CW280 if there are fewer rows or groups than folds, or fewer than two folds.

    Examples
    --------
    >>> folds = cross_folds(np.array([0, 0, 1, 1, 2, 2]), n_folds=2, groups=None, rng=np.random.default_rng(0))
    >>> [len(rows) for rows in folds]
    [3, 3]
    """
    block = np.arange(len(y_index)) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
    _check(len(y_index), int(block.max(initial=-1)) + 1, n_folds, is_grouped=groups is not None)
    if groups is None:
        fold = np.empty(len(y_index), dtype=np.int64)
        mixed = rng.permutation(len(y_index))
        fold[mixed[np.argsort(y_index[mixed], kind="stable")]] = np.arange(len(y_index)) % n_folds
    else:
        fold = _grouped(np.asarray(y_index, dtype=np.int64), block, n_folds, rng)
    return tuple(np.flatnonzero(fold == f).astype(np.int64) for f in range(n_folds))


def _check(n_rows: int, n_blocks: int, n_folds: int, *, is_grouped: bool) -> None:
    if 2 <= n_folds <= n_blocks:
        return
    what = "groups" if is_grouped else "rows"
    raise DataError(
        "CW280",
        f"{n_rows} rows cannot be held out in {n_folds} folds",
        got=f"{n_blocks} {what} for {n_folds} folds",
        why=f"every fold needs at least one of the {what}, and there must be another fold to learn from",
        fix="ask for fewer folds (at least 2), add rows, or leave out a group column that does not apply",
    )


def _grouped(
    y_index: NDArray[np.int64], block: NDArray[np.int64], n_folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    counts = np.bincount(y_index)
    have = np.zeros((len(counts), n_folds), dtype=np.int64)
    share = counts / n_folds
    sizes = np.bincount(block)
    order = np.argsort(block, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    fold = np.full(len(y_index), -1, dtype=np.int64)
    large = rng.permutation(np.flatnonzero(sizes > 1))
    for b in large[np.argsort(-sizes[large], kind="stable")]:
        rows = order[starts[b] : starts[b + 1]]
        classes, n = np.unique(y_index[rows], return_counts=True)
        chosen = _least_disturbed(have, classes, n, share, rng)
        fold[rows] = chosen
        have[classes, chosen] += n
    _fill_singles(fold, y_index, have, rng)
    _leave_none_empty(fold, block, n_folds)
    return fold


def _least_disturbed(
    have: NDArray[np.int64],
    classes: NDArray[np.int64],
    n: NDArray[np.int64],
    share: NDArray[np.float64],
    rng: np.random.Generator,
) -> int:
    """Fold whose classes are filled least, relative to their fair share; then the smallest; then any."""
    filled = ((have[classes] + n[:, None] / 2) / share[classes][:, None] * n[:, None]).sum(axis=0) / n.sum()
    best = np.flatnonzero(filled <= filled.min() + 1e-9)
    total = have[:, best].sum(axis=0)
    return int(rng.choice(best[total == total.min()]))


def _fill_singles(
    fold: NDArray[np.int64], y_index: NDArray[np.int64], have: NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Give rows without a companion to the folds that have fewest of their class, then fewest rows."""
    single = rng.permutation(np.flatnonzero(fold < 0))
    single = single[np.argsort(y_index[single], kind="stable")]
    bounds = np.searchsorted(y_index[single], np.arange(len(have) + 1))
    for c in range(len(have)):
        rows = single[bounds[c] : bounds[c + 1]]
        level = _level(have[c], len(rows))
        give = np.maximum(level - have[c], 0)
        left = len(rows) - int(give.sum())
        total = have.sum(axis=0) + give
        open_folds = np.flatnonzero(have[c] + give == level)
        give[open_folds[np.argsort(total[open_folds], kind="stable")][:left]] += 1
        fold[rows] = np.repeat(np.arange(have.shape[1]), give)
        have[c] += give


def _level(have: NDArray[np.int64], n: int) -> int:
    """Highest level to which all lower folds can be filled with ``n`` rows."""
    ordered = np.sort(have)
    for k in range(1, len(ordered) + 1):
        level = int((ordered[:k].sum() + n) // k)
        if k == len(ordered) or level < ordered[k]:
            return level
    raise AssertionError("a fold has always room")


def _leave_none_empty(fold: NDArray[np.int64], block: NDArray[np.int64], n_folds: int) -> None:
    """Give every empty fold the smallest group of the fold with most groups."""
    sizes = np.bincount(block)
    of_block = np.zeros(len(sizes), dtype=np.int64)
    of_block[block] = fold
    for f in range(n_folds):
        if (of_block == f).any():
            continue
        fullest = int(np.argmax(np.bincount(of_block, minlength=n_folds)))
        mine = np.flatnonzero(of_block == fullest)
        of_block[mine[np.argmin(sizes[mine])]] = f
    fold[:] = of_block[block]
