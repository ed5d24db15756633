"""Folds with the same share of every class; rows alike in every feature stay together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.data.folds import TRAIN

__all__ = ["stratified_folds", "targets_per_class"]


def targets_per_class(counts: NDArray[np.int64], shares: NDArray[np.float64], min_per_class: int) -> NDArray[np.int64]:
    """Rows of each class for each fold: within one of the exact share, and with totals as near as that allows.

    Classes with fewer than ``min_per_class`` rows go to train whole, and every class has a row in train.

    Parameters
    ----------
    counts : int array of shape (n_classes,)
        Rows per class.
    shares : float array of shape (n_folds,)
        Share of each fold, train first; they sum to 1.

    Returns
    -------
    targets : int array of shape (n_classes, n_folds)
        Rows sum to ``counts``.
    """
    exact = counts[:, None] * shares
    targets = np.floor(exact + 1e-9).astype(np.int64)
    owed = np.zeros(len(shares))
    for c in range(len(counts)):
        if counts[c] < min_per_class:
            targets[c] = 0
            targets[c, TRAIN] = counts[c]
            continue
        n_left = int(counts[c] - targets[c].sum())
        owed += exact[c] - targets[c]
        open_folds = exact[c] - targets[c] > 1e-9
        if counts[c] and not targets[c, TRAIN]:
            _give(targets[c], owed, open_folds, TRAIN)
            n_left -= 1
        for _ in range(n_left):
            _give(targets[c], owed, open_folds, int(np.argmax(np.where(open_folds, owed, -np.inf))))
    return targets


def _give(targets: NDArray[np.int64], owed: NDArray[np.float64], open_folds: NDArray[np.bool_], fold: int) -> None:
    targets[fold] += 1
    owed[fold] -= 1.0
    open_folds[fold] = False


def stratified_folds(
    y_index: NDArray[np.int64],
    block: NDArray[np.int64],
    *,
    shares: NDArray[np.float64],
    min_per_class: int,
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """Divide rows by class, keeping each block of rows in one fold.

    Without blocks of several rows every fold has, of every class, its exact share to within one row. Blocks come first,
    largest first, each to the fold that lacks most of the block's own class; single rows then fill up what is missing.
    Every class has a row in train, even if that takes a block from another fold.

    Parameters
    ----------
    y_index : int array of shape (n_rows,)
        Class of each row.
    block : int array of shape (n_rows,)
        Rows with the same number stay together; numbers count up from 0.

    Returns
    -------
    fold : int8 array of shape (n_rows,)
    """
    n_classes = int(y_index.max()) + 1
    missing = targets_per_class(np.bincount(y_index, minlength=n_classes), shares, min_per_class)
    sizes = np.bincount(block)
    fold = np.full(len(y_index), TRAIN, dtype=np.int8)
    for rows in _large_blocks(block, sizes, rng):
        classes, counts = np.unique(y_index[rows], return_counts=True)
        own = classes[counts.argmax()]
        chosen = int(np.argmax(missing[own]))  # positive in an open fold: what is missing sums to what is left
        fold[rows] = chosen
        missing[classes, chosen] -= counts
    single = np.flatnonzero(sizes[block] == 1)
    single = rng.permutation(single)
    single = single[np.argsort(y_index[single], kind="stable")]
    bounds = np.searchsorted(y_index[single], np.arange(n_classes + 1))
    for c in range(n_classes):
        rows = single[bounds[c] : bounds[c + 1]]
        fold[rows] = np.repeat(np.arange(len(shares)), _fill(np.maximum(missing[c], 0), len(rows)))
    _cover_train(fold, y_index, block, n_classes)
    return fold


def _fill(missing: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Rows for each fold out of ``n``, when earlier blocks took more or less than was meant."""
    given = missing.copy()
    while given.sum() > n:
        given[int(np.argmax(given))] -= 1
    given[TRAIN] += n - given.sum()
    return given


def _large_blocks(
    block: NDArray[np.int64], sizes: NDArray[np.int64], rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Rows of each block with several rows, largest first, equal ones in random order."""
    order = np.argsort(block, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    large = rng.permutation(np.flatnonzero(sizes > 1))
    large = large[np.argsort(-sizes[large], kind="stable")]
    return [order[starts[b] : starts[b + 1]] for b in large]


def _cover_train(fold: NDArray[np.int8], y_index: NDArray[np.int64], block: NDArray[np.int64], n_classes: int) -> None:
    """Bring the smallest block of every class that train lacks into train."""
    in_train = np.bincount(y_index[fold == TRAIN], minlength=n_classes) > 0
    sizes = np.bincount(block)
    for c in np.flatnonzero(~in_train & (np.bincount(y_index, minlength=n_classes) > 0)):
        rows = np.flatnonzero(y_index == c)
        smallest = block[rows[np.argmin(sizes[block[rows]])]]
        fold[block == smallest] = TRAIN
