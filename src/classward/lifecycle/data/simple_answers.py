"""Answers that need no model: the best single column, and the label of a row alike in every feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import LabelSpace
from classward.inference import Proba
from classward.lifecycle.data.cross_folds import cross_folds
from classward.lifecycle.data.duplicates import alike
from classward.lifecycle.data.leakage.coded import Coded, coded
from classward.lifecycle.data.leakage.single_column import single_column

__all__ = ["SimpleAnswer", "answer_by_column", "answer_by_copy"]

_N_FOLDS = 5
_MOST_ROWS = 20_000
_PULL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleAnswer:
    """What a rule of one sentence answers for the held rows, in their order.

    ``n_known`` rows had something to go by (a value, or a copy, that was seen among the rows learned from); the others got
    the class shares.
    """

    name: str
    proba: Proba
    n_known: int


def answer_by_column(
    table: pl.DataFrame,
    columns: Sequence[str],
    y_index: NDArray[np.int64],
    *,
    fit: NDArray[np.int64],
    held: NDArray[np.int64],
    label_space: LabelSpace,
    rng: np.random.Generator,
) -> SimpleAnswer | None:
    """Answer by the one column that tells most about the label: counts of classes per value, or per bin of a number.

    The column is chosen by cross-fitted log loss on the rows learned from alone, so the held rows stay a fair measure.
    A model that is hardly better than this has learned one column; one column that is nearly perfect is a leak.

    Parameters
    ----------
    table : polars.DataFrame
    columns : sequence of str
        Columns to choose from; texts count as categories.
    y_index : int array of shape (n_rows,)
        Class of each row of the table, a column of ``label_space``; read at ``fit`` only.
    fit, held : int arrays
        Rows to learn from, and rows to answer for.

    Returns
    -------
    answer : SimpleAnswer or None
        ``None`` if no column can be counted, or there are fewer than five rows to learn from.
    """
    if len(fit) < _N_FOLDS or not len(held):
        return None
    k = len(label_space)
    sample = fit if len(fit) <= _MOST_ROWS else np.sort(rng.choice(fit, size=_MOST_ROWS, replace=False))
    folds = cross_folds(y_index[sample], n_folds=_N_FOLDS, groups=None, rng=rng)
    best: tuple[float, str] | None = None
    for name in columns:
        code = coded(table[name][sample], n_bins=_n_bins(k))
        if code is None:
            continue
        loss = single_column(code, y_index[sample], folds, n_classes=k).log_loss
        if best is None or loss < best[0]:
            best = loss, name
    if best is None:
        return None
    rows = np.concatenate([fit, held])
    code = coded(table[best[1]][rows], n_bins=_n_bins(k))
    if code is None:
        return None
    return _answer(f"{best[1]!r} alone", code, y_index[fit], len(fit), label_space)


def answer_by_copy(
    table: pl.DataFrame,
    columns: Sequence[str],
    y_index: NDArray[np.int64],
    *,
    fit: NDArray[np.int64],
    held: NDArray[np.int64],
    label_space: LabelSpace,
) -> SimpleAnswer:
    """Answer with the labels of the rows learned from that are alike in every feature; class shares where there is none.

    What it gets right beyond the class shares, a model may have got right by reciting.
    """
    block = alike(table[np.concatenate([fit, held])], columns)
    code = Coded(name="copies", code=block + 2, n_codes=int(block.max(initial=-1)) + 3)
    return _answer("a row alike in every feature", code, y_index[fit], len(fit), label_space)


def _n_bins(n_classes: int) -> int:
    return max(32, min(512, 4 * n_classes))


def _answer(name: str, column: Coded, y_fit: NDArray[np.int64], n_fit: int, label_space: LabelSpace) -> SimpleAnswer:
    """Class shares of each code among the first ``n_fit`` rows, for the rows after them."""
    k = len(label_space)
    prior = (np.bincount(y_fit, minlength=k) + 1.0 / k) / (n_fit + 1.0)
    codes, place = np.unique(column.code, return_inverse=True)
    counts = np.zeros((len(codes), k))
    np.add.at(counts, (place[:n_fit], y_fit), 1.0)
    seen = counts.sum(axis=1, keepdims=True)
    proba = (counts + _PULL * prior) / (seen + _PULL)
    asked = place[n_fit:]
    is_known = (seen[asked, 0] > 0) & (column.code[n_fit:] != 1)  # code 1 is every value that occurs once
    return SimpleAnswer(name=name, proba=Proba(proba[asked], label_space), n_known=int(is_known.sum()))
