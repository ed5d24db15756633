"""Wrong labels among the rows that are fitted on: left out, or counted less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.errors import UsageError, nearest
from classward.estimators import fit_temperature
from classward.inference import softmax
from classward.lifecycle.train.rows import LabelledRows
from classward.statistics import spoken_labels

__all__ = ["NOISES", "without_noise"]

NOISES = {
    "filter": "rows whose label looks wrong are left out of fits",
    "downweight": "rows whose label looks wrong count less, the surer the less",
}
"""Name → what it does to the rows a model is fitted on."""

_PARTS = 3
_FEWEST_ROWS = 5
_LEAST = 0.05


def without_noise(
    rows: LabelledRows,
    noise: str,
    *,
    score: Callable[[LabelledRows, LabelledRows], NDArray[np.float64]],
    rng: np.random.Generator,
) -> LabelledRows:
    """Find rows whose label looks wrong by models that never saw them, and let them teach less.

    For rows that are fitted on and nothing else: rows that are scored keep the labels they came with. Hard rows are among
    the suspects, so a clean table loses a little; only a comparison tells. Never empties a class: one that would lose more
    than half of its rows keeps them all, at full weight.

    Parameters
    ----------
    rows : LabelledRows
        Rows of one fold.
    noise : str
        Empty for rows as they come; ``filter`` or ``downweight``.
    score : callable
        Fits on the first rows and gives logits of the second, of shape (n, n_classes); called three times.
    rng : numpy Generator
        Deals the rows into three parts.

    Raises
    ------
    UsageError
        CW371 if there is no such way.

    References
    ----------
    Northcutt, Jiang, Chuang (2021). Confident learning: estimating uncertainty in dataset labels. JAIR 70.
    """
    if not noise:
        return rows
    if noise not in NOISES:
        raise UsageError(
            "CW371",
            f"wrong labels cannot be treated by {noise!r}{nearest(noise, NOISES)}",
            fix=f"use {', '.join(NOISES)}",
        )
    proba = _left_out(rows, score, rng)
    spoken = spoken_labels(proba, rows.y_index, fewest_rows=_FEWEST_ROWS)
    n_suspects = np.bincount(rows.y_index[spoken.is_suspect], minlength=len(rows.label_space))
    n_rows = np.bincount(rows.y_index, minlength=len(rows.label_space))
    is_suspect = spoken.is_suspect & (2 * n_suspects <= n_rows)[rows.y_index]
    if noise == "filter":
        return rows.take(np.flatnonzero(~is_suspect))
    weight = np.where(is_suspect, np.maximum(spoken.own / np.maximum(spoken.likely_proba, 1e-12), _LEAST), 1.0)
    if rows.weight is not None:
        weight = weight * rows.weight
    return replace(rows, weight=weight / weight.mean())


def _left_out(
    rows: LabelledRows, score: Callable[[LabelledRows, LabelledRows], NDArray[np.float64]], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Probabilities of each row by a model that never saw it, honest up to a temperature."""
    order = rng.permutation(rows.n)
    ranked = order[np.argsort(rows.y_index[order], kind="stable")]  # every part has its share of every class
    part = np.empty(rows.n, dtype=np.int64)
    part[ranked] = np.arange(rows.n) % _PARTS
    logits = np.empty((rows.n, len(rows.label_space)))
    for i in range(_PARTS):
        held = np.flatnonzero(part == i)
        logits[held] = score(rows.take(np.flatnonzero(part != i)), rows.take(held))
    return softmax(logits / fit_temperature(logits, rows.y_index, min_per_class=0))
