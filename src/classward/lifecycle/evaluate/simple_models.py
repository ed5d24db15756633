"""Answers of models that look at one column at most: what confusion is to be expected anyway."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Feature
from classward.inference import Columns
from classward.lifecycle.evaluate.cuts import numbers_of
from classward.lifecycle.evaluate.terms import Bags, bags_of

__all__ = ["one_column_answers"]

_N_RANGES = 32
_CELLS = 4_000_000


def one_column_answers(
    train: Columns,
    y_train: NDArray[np.int64],
    asked: Columns,
    *,
    features: tuple[Feature, ...],
    n_classes: int,
) -> tuple[str, NDArray[np.int64]]:
    """Answer rows from the one column that serves best alone.

    Every value (level, word, or one of 32 ranges of a number) votes with the class shares that its training rows had, a
    little drawn to the shares of all; words of a text add their votes. The column is chosen by accuracy on every second
    training row after learning on the others, then learned on all of them.

    Parameters
    ----------
    train, asked : Columns
        Rows to learn from, and rows to answer.
    y_train : int array of shape (n_train,)
        True columns of the rows to learn from.

    Returns
    -------
    column, predicted : str, int array of shape (n_asked,)
        The column chosen, and an answer for every row; the most frequent class where nothing is known.
    """
    best, column = -1.0, features[0]
    n = len(y_train)
    for feature in features:
        values = train[feature.name]
        answers = _answers(values[0::2], y_train[0::2], values[1::2], feature.kind, n_classes)
        share = float((answers == y_train[1::2]).mean()) if n > 1 else 0.0
        if share > best:
            best, column = share, feature
    return column.name, _answers(train[column.name], y_train, asked[column.name], column.kind, n_classes)


def _answers(learn: object, y: NDArray[np.int64], ask: object, kind: str, n_classes: int) -> NDArray[np.int64]:
    learned, asked = list(learn), list(ask)  # type: ignore[call-overload]
    bags = _ranges(learned, asked) if kind in {"numeric", "date"} else bags_of([*learned, *asked], kind)
    n = len(learned)
    prior = (np.bincount(y, minlength=n_classes) + 1e-9) / (len(y) + n_classes * 1e-9)
    counts = np.zeros((len(bags.terms), n_classes))
    sizes = np.diff(bags.starts)
    np.add.at(counts, (bags.ids[: bags.starts[n]], np.repeat(y, sizes[:n])), 1.0)
    votes = np.log((counts + prior) / (counts.sum(axis=1, keepdims=True) + 1.0)) - np.log(prior)
    votes[counts.sum(axis=1) == 0] = 0.0
    scores = np.tile(np.log(prior), (len(asked), 1))
    np.add.at(scores, np.repeat(np.arange(len(asked)), sizes[n:]), votes[bags.ids[bags.starts[n] :]])
    return np.asarray(scores.argmax(axis=1), dtype=np.int64)


def _ranges(learned: list[object], asked: list[object]) -> Bags:
    """Every number as one of 32 ranges, cut where the rows to learn from have equally many; missing ones as one more."""
    known, wanted = numbers_of(learned), numbers_of(asked)
    finite = known[~np.isnan(known)]
    edges = np.unique(np.quantile(finite, np.linspace(0, 1, _N_RANGES + 1)[1:-1])) if len(finite) else finite
    values = np.concatenate([known, wanted])
    ids = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, "right")).astype(np.int64)
    return Bags(tuple(map(str, range(len(edges) + 2))), np.arange(len(values) + 1), ids)
