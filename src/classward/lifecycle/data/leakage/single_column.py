"""What one column alone tells about the label, measured on rows that it was not learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.data.leakage.coded import Coded

__all__ = ["SingleColumn", "cell_auc", "single_column"]

_PRIOR_ROWS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleColumn:
    """Held-out figures of one column: rows, rows named right, mean log loss (nats), area under the curve per class.

    ``auc`` is NaN for classes with fewer than two rows or all of them. ``explained`` is the share of the label's entropy
    that the column takes away on held-out rows (0 or below: nothing learned).
    """

    name: str
    n: int
    n_right: int
    log_loss: float
    explained: float
    auc: tuple[float, ...]
    class_rows: tuple[int, ...]

    @property
    def accuracy(self) -> float:
        """Share of held-out rows named right."""
        return self.n_right / self.n


def single_column(
    column: Coded, y_index: NDArray[np.int64], held: tuple[NDArray[np.int64], ...], *, n_classes: int
) -> SingleColumn:
    """Predict the class from a column's code by counting in the other folds, and measure it on the held fold.

    Codes not seen in the other folds get the class shares; seen ones are pulled towards them by one row. So a column that
    is different in every row, which could recite the labels, tells nothing here.

    Parameters
    ----------
    column : Coded
    y_index : int array of shape (n_rows,)
    held : tuple of int arrays
        Held-out rows of each fold, as :func:`cross_folds` gives them.
    """
    counts = np.zeros((column.n_codes, n_classes))
    np.add.at(counts, (column.code, y_index), 1.0)
    scores, cells, n_right, loss, base = [], [], 0, 0.0, 0.0
    for rows in held:
        cell = np.zeros_like(counts)
        np.add.at(cell, (column.code[rows], y_index[rows]), 1.0)
        fit = counts - cell
        prior = (fit.sum(axis=0) + 1.0 / n_classes) / (fit.sum() + 1.0)
        proba = (fit + _PRIOR_ROWS * prior) / (fit.sum(axis=1, keepdims=True) + _PRIOR_ROWS)
        used = np.flatnonzero(cell.any(axis=1))
        proba, cell = proba[used], cell[used]
        n_right += int(cell[np.arange(len(used)), proba.argmax(axis=1)].sum())
        loss -= float((cell * np.log(proba)).sum())
        base -= float((cell.sum(axis=0) * np.log(prior)).sum())
        scores.append(proba / prior)
        cells.append(cell)
    score, cell = np.concatenate(scores), np.concatenate(cells)
    class_rows = cell.sum(axis=0)
    return SingleColumn(
        name=column.name, n=len(y_index), n_right=n_right, log_loss=loss / len(y_index),
        explained=1.0 - loss / base if base > 0 else 0.0, class_rows=tuple(int(n) for n in class_rows),
        auc=tuple(cell_auc(score[:, c], cell[:, c], cell.sum(axis=1) - cell[:, c]) for c in range(n_classes)),
    )  # fmt: skip


def cell_auc(score: NDArray[np.float64], n_in: NDArray[np.float64], n_out: NDArray[np.float64]) -> float:
    """Chance that a row of the class scores above another row, ties counting half; NaN if either kind is missing.

    Rows come grouped in cells of one score, with the numbers of rows of the class and of others.

    >>> cell_auc(np.array([0.1, 0.9]), np.array([0.0, 5.0]), np.array([5.0, 0.0]))
    1.0
    """
    total_in, total_out = float(n_in.sum()), float(n_out.sum())
    if total_in < 2 or total_out < 2:
        return float("nan")
    _, place = np.unique(score, return_inverse=True)
    a, b = np.bincount(place, weights=n_in), np.bincount(place, weights=n_out)
    below = np.cumsum(b) - b
    return float((a * (below + b / 2)).sum() / (total_in * total_out))
