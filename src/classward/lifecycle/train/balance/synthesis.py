"""New rows of rare classes between real ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.train.balance.distances import MixedRows, mixed_rows, nearest_rows
from classward.lifecycle.train.balance.resampling import raised_counts
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["synthesised"]

_NEIGHBOURS = 5
_MOST_ROWS = 2000


def synthesised(rows: LabelledRows, rng: np.random.Generator) -> LabelledRows:
    """Put new rows between rows of each rare class and their neighbours of the same class (SMOTE, SMOTE-NC).

    A class is raised to as many rows as the largest has, or ten times its own. Numbers lie at a random place between a
    row and one of its five nearest, whole numbers in a column of whole numbers; categories and booleans are what is most
    frequent among the neighbours; dates and texts are the row's own. A gap of the row stays a gap. A class with one row
    has no neighbours: it is repeated.

    Real rows come first. For rows a model is fitted on, never before rows are divided; and for tables: text beside
    numbers that moved is no text anybody wrote.

    References
    ----------
    Chawla, Bowyer, Hall, Kegelmeyer (2002). SMOTE: Synthetic minority over-sampling technique. JAIR 16.
    """
    counts = np.bincount(rows.y_index, minlength=len(rows.label_space))
    wanted = raised_counts(counts)
    mixed = mixed_rows(rows, rows.n)
    starts, near = [], []
    for c in np.flatnonzero(wanted > counts):
        own = np.flatnonzero(rows.y_index == c)
        own = np.sort(rng.permutation(own)[:_MOST_ROWS])
        first, neighbours = _pairs(mixed, own, int(wanted[c] - counts[c]), rng)
        starts.append(first)
        near.append(neighbours)
    if not starts:
        return rows
    base, others = np.concatenate(starts), np.concatenate(near)
    share, chosen = rng.random(len(base)), others[np.arange(len(base)), rng.integers(0, others.shape[1], len(base))]
    columns = {
        feature.name: [*values, *_between(feature.kind, values, base, chosen, others, share)]
        for feature in rows.schema.features
        for values in (rows.columns[feature.name],)
    }
    y = np.concatenate([rows.y_index, rows.y_index[base]])
    return LabelledRows(
        columns=columns, n=len(y), y_index=y, schema=rows.schema, label_space=rows.label_space, reader=rows.reader
    )


def _pairs(
    mixed: MixedRows, own: NDArray[np.int64], n: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to start from, each equally often as far as possible, and five neighbours of each (some may repeat)."""
    at = np.concatenate([rng.permutation(len(own)) for _ in range(-(-n // len(own)))])[:n]
    if len(own) == 1:
        return own[at], np.repeat(own[at][:, None], _NEIGHBOURS, axis=1)
    part, k = mixed.take(own), min(_NEIGHBOURS, len(own) - 1)
    near, _ = nearest_rows(part, part, k, is_same=True)
    return own[at], own[near[at][:, np.arange(_NEIGHBOURS) % k]]


def _between(
    kind: str,
    values: Sequence[object],
    base: NDArray[np.int64],
    chosen: NDArray[np.int64],
    others: NDArray[np.int64],
    share: NDArray[np.float64],
) -> list[object]:
    if kind == "numeric":
        return _numbers(values, base, chosen, share)
    if kind in ("categorical", "boolean"):
        return [
            _most_frequent([values[i] for i in (b, *o)]) for b, o in zip(base.tolist(), others.tolist(), strict=True)
        ]
    return [values[i] for i in base.tolist()]


def _numbers(
    values: Sequence[object], base: NDArray[np.int64], chosen: NDArray[np.int64], share: NDArray[np.float64]
) -> list[object]:
    column = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    start, end = column[base], column[chosen]
    made = np.where(np.isnan(end), start, start + share * (end - start))
    known = column[~np.isnan(column)]
    if (known == np.round(known)).all():
        made = np.round(made)
    return [None if v != v else v for v in made.tolist()]


def _most_frequent(values: list[object]) -> object:
    """The row's own value wins ties, since it stands first."""
    return Counter(values).most_common(1)[0][0]
