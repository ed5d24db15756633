"""Which class is taken for which, what that costs, and what separates the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure, PairAnalysis, Separator
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.lifecycle.evaluate.separators import Sides
from classward.statistics import confusion_counts, measured_share, wilson

__all__ = ["ROWS_OF_A_SIDE", "confused_pairs"]

_LEVEL = 0.95
ROWS_OF_A_SIDE = 2_000
"""What separates two sets of rows is looked for in so many of each at most."""


def confused_pairs(
    held: HeldOut,
    *,
    cost: NDArray[np.float64],
    baselines: Mapping[str, NDArray[np.int64]] | None = None,
    most: int = 10,
    most_columns: int = 5,
) -> tuple[PairAnalysis, ...]:
    """Rank pairs (true, predicted) by what they cost, with their rate, a simple model's rate, and what separates them.

    Pairs that a simple model confuses as often are hard by nature (or badly defined); pairs that only this model confuses
    are its own fault.

    Parameters
    ----------
    held : HeldOut
        Rows with probabilities, truth and columns.
    cost : float array of shape (n_classes, n_classes)
        Cost of a row by true and predicted class (``inference.cost_matrix``).
    baselines : mapping of name to int array of shape (n_samples,), optional
        Answers of models that must be beaten, for the same rows (see ``one_column_answers``).
    most : int, default=10
        How many pairs by cost, and how many by rate; those in both lists come once.
    most_columns : int, default=5
        Columns kept for each pair: the best, and always the worst one.

    Returns
    -------
    pairs : tuple of PairAnalysis
        By summed cost, then by rate. By rate, a pair with few rows ranks by the lower end of its interval, so that 1 of 1
        does not lead. Rates and costs are of all rows; separators of at most 2,000 evenly spaced rows of each side, as
        their n says.
    """
    n_classes = len(held.names)
    predicted = held.proba.predicted
    confusion = confusion_counts(held.y_index, predicted, n_classes)
    others = {name: confusion_counts(held.y_index, p, n_classes) for name, p in (baselines or {}).items()}
    off = confusion * (1 - np.eye(n_classes, dtype=np.int64))
    by_cost, by_rate = _ranks(off, cost, confusion.sum(axis=1))
    cells = [int(c) for c in np.flatnonzero(off) if min(by_cost[int(c)], by_rate[int(c)]) <= most]
    cells.sort(key=lambda c: by_cost[c])
    asked = {cell: _sides(held.y_index, predicted, *divmod(cell, n_classes)) for cell in cells}
    looked_at = (
        np.unique(np.concatenate([rows for sets in asked.values() for rows in sets]))
        if cells
        else np.zeros(0, dtype=np.int64)
    )
    sides = Sides({f.name: _at(held.columns[f.name], looked_at) for f in held.features}, held.features)
    made = []
    for cell in cells:
        i, j = divmod(cell, n_classes)
        of_i, of_j, right, wrong = (np.searchsorted(looked_at, rows) for rows in asked[cell])
        made.append(
            PairAnalysis(
                true_class=held.names[i], predicted_class=held.names[j], n=int(off[i, j]),
                rate=measured_share(int(off[i, j]), int(confusion[i].sum())),
                cost=_cost(int(off[i, j]), int(confusion[i].sum()), float(cost[i, j])),
                cost_share=_share(off, cost, i, j), rank_by_rate=int(by_rate[cell]), rank_by_cost=int(by_cost[cell]),
                baselines=tuple((n, measured_share(int(c[i, j]), int(c[i].sum()))) for n, c in others.items()),
                classes_apart=_kept(sides.apart(of_i, of_j), most_columns),
                errors_apart=_kept(sides.apart(right, wrong), most_columns),
            )
        )  # fmt: skip
    return tuple(made)


def _sides(y_index: NDArray[np.int64], predicted: NDArray[np.int64], i: int, j: int) -> tuple[NDArray[np.int64], ...]:
    """Rows of class i and of class j, and those of class i that were called i and called j; evenly thinned."""
    is_i = y_index == i
    sets = (is_i, y_index == j, is_i & (predicted == i), is_i & (predicted == j))
    return tuple(_thinned(np.flatnonzero(rows)) for rows in sets)


def _thinned(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[:: max(1, -(-len(rows) // ROWS_OF_A_SIDE))]


def _at(values: Sequence[object], rows: NDArray[np.int64]) -> list[object]:
    return [values[i] for i in rows.tolist()]


def _ranks(
    off: NDArray[np.int64], cost: NDArray[np.float64], support: NDArray[np.int64]
) -> tuple[dict[int, int], dict[int, int]]:
    cells = [int(c) for c in np.flatnonzero(off)]
    total = (off * cost).ravel()
    lows = {c: wilson(int(off.flat[c]), int(support[c // len(off)]), level=_LEVEL)[0] for c in cells}
    by_cost = sorted(cells, key=lambda c: (-total[c], -lows[c], c))
    by_rate = sorted(cells, key=lambda c: (-lows[c], -total[c], c))
    return {c: r for r, c in enumerate(by_cost, 1)}, {c: r for r, c in enumerate(by_rate, 1)}


def _cost(n: int, n_true: int, each: float) -> Measure:
    if not n_true:
        return Measure(value=None, n=0)
    low, high = sorted(each * end for end in wilson(n, n_true, level=_LEVEL))
    interval = Interval(low=low, high=high, level=_LEVEL, method="Wilson, times the cost")
    return Measure(value=each * n / n_true, n=n_true, interval=interval)


def _share(off: NDArray[np.int64], cost: NDArray[np.float64], i: int, j: int) -> float | None:
    losses = off * np.maximum(cost, 0.0)
    total = float(losses.sum())
    return float(losses[i, j]) / total if total else None


def _kept(separators: tuple[Separator, ...], most: int) -> tuple[Separator, ...]:
    return separators if len(separators) <= most else (*separators[: most - 1], separators[-1])
