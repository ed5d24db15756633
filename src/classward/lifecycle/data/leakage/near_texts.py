"""Texts of held-out rows that stand, word for word or nearly, among the rows learned from."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Finding, Interval
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.near import near_pairs
from classward.lifecycle.data.leakage.shingles import normalised, shingles
from classward.statistics import wilson

__all__ = ["near_groups", "near_texts"]


def near_texts(column: pl.Series, folds: Folds, limits: LeakageLimits) -> list[Finding]:
    """Count test rows whose text is (nearly) the text of a row learned or calibrated from; labels are not read.

    Case and white space are passed over; *nearly* is a Jaccard similarity of five-character pieces of at least
    ``near_jaccard``. The count is a lower bound (see :func:`near_pairs`); rows without text are left out of it.
    """
    index, texts = _different(column)
    is_test, is_other = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    test = index[folds.test]
    is_test[test[test >= 0]] = True
    other = np.concatenate([index[folds.train], index[folds.calibration]])
    is_other[other[other >= 0]] = True
    n = int((test >= 0).sum())
    if not n:
        return []
    near = is_test & is_other
    n_same = int(near[test[test >= 0]].sum())
    rest = np.flatnonzero(is_test ^ is_other)
    first, second, _ = near_pairs(
        shingles([texts[i] for i in rest]), jaccard=limits.near_jaccard, side=is_test[rest]
    )  # fmt: skip
    both = rest[np.concatenate([first, second])]
    near[both[is_test[both]]] = True
    n_near = int(near[test[test >= 0]].sum())
    low, high = wilson(n_near, n, level=limits.level)
    if n_near / n < limits.near_warn_share or n_near < 3:
        return []
    is_stop = low >= limits.near_stop_share
    return [
        Finding(
            kind="near_duplicates", columns=(column.name,), value=n_near / n, n=n,
            figure="share of test rows whose text is nearly that of a row learned from",
            threshold=limits.near_stop_share if is_stop else limits.near_warn_share,
            severity="stop" if is_stop else "warn",
            interval=Interval(low=low, high=high, level=limits.level, method="Wilson"),
            what=f"{n_near:,} of {n:,} test rows have in {column.name!r} nearly the text of a row learned from "
            f"(similarity of at least {limits.near_jaccard:g}; {n_same:,} of them the same but for case and white space)",
            why="the model can recite them, so the figures flatter it, unless such repeats are as frequent in use",
            fix="keep texts that are alike in one fold: name a group column (customer, template, source document)",
        )
    ]  # fmt: skip


def near_groups(column: pl.Series, *, jaccard: float = 0.8) -> NDArray[np.int64]:
    """Number rows so that texts that are nearly the same, also through others, share a number; for folds by group.

    Rows without a text have a number of their own. Numbers count up from 0 in row order. Chains of small steps end up in
    one group, which is what a split wants; not a means to find what texts are about.
    """
    index, texts = _different(column)
    parent = np.arange(len(texts))
    if len(texts) > 1:
        first, second, _ = near_pairs(shingles(texts), jaccard=jaccard)
        parent = _joined(parent, first, second)
    group = np.where(index >= 0, parent[index] if len(texts) else -1, len(texts) + np.arange(len(index)))
    _, at, inverse = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(at))[inverse], dtype=np.int64)


def _joined(parent: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Smallest number that each element is connected to."""
    while True:
        before = parent.copy()
        low = np.minimum(parent[first], parent[second])
        np.minimum.at(parent, first, low)
        np.minimum.at(parent, second, low)
        parent = parent[parent]
        if np.array_equal(parent, before):
            return parent


def _different(column: pl.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Number of each row's normalised text (-1: none), and the different texts."""
    number: dict[str, int] = {}
    index = np.full(len(column), -1, dtype=np.int64)
    for i, value in enumerate(column.to_list()):
        text = "" if value is None else normalised(value)
        if text:
            index[i] = number.setdefault(text, len(number))
    return index, list(number)
