"""Rows of rare classes repeated, rows of common classes left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.train.rows import LabelledRows

__all__ = ["over_sampled", "raised_counts", "under_sampled"]

_MOST_FOLD = 10
_FEWEST_KEPT = 20
_TIMES_RAREST = 3


def raised_counts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many rows each class should have: as many as the largest class, but at most ten times its own."""
    return np.asarray(np.minimum(counts.max(initial=0), _MOST_FOLD * counts))


def over_sampled(rows: LabelledRows, rng: np.random.Generator) -> LabelledRows:
    """Repeat rows of every class, drawn at random, until it has as many as the largest, or ten times its own.

    Every row stays; repeats come after them. For the rows a model is fitted on, never before rows are divided: a repeat on
    the other side of a split is an answer known beforehand.
    """
    counts = np.bincount(rows.y_index, minlength=len(rows.label_space))
    wanted = raised_counts(counts)
    more = [
        rng.choice(np.flatnonzero(rows.y_index == c), size=wanted[c] - counts[c])
        for c in np.flatnonzero(wanted > counts)
    ]
    return rows.take(np.concatenate([np.arange(rows.n), *more]))


def under_sampled(rows: LabelledRows, rng: np.random.Generator) -> LabelledRows:
    """Keep a random part of every class: at most three times as many rows as the rarest has, and at least 20.

    Rows that are kept stay in order. What common classes look like at their edges is lost with the rest.
    """
    counts = np.bincount(rows.y_index, minlength=len(rows.label_space))
    most = max(_FEWEST_KEPT, _TIMES_RAREST * int(counts[counts > 0].min()))
    kept = [
        np.flatnonzero(rows.y_index == c)
        if counts[c] <= most
        else rng.choice(np.flatnonzero(rows.y_index == c), size=most, replace=False)
        for c in np.flatnonzero(counts)
    ]
    return rows.take(np.sort(np.concatenate(kept)))
