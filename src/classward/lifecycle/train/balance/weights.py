"""How much a row of each class counts."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace
from classward.errors import UsageError, nearest
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["declared_weights", "effective_weights", "inverse_weights", "weighted"]

_BETA = 0.999


def inverse_weights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights by which every class counts alike: one over its number of rows; classes without rows get 0."""
    return np.where(counts > 0, 1.0 / np.maximum(counts, 1), 0.0)


def effective_weights(counts: NDArray[np.int64], *, beta: float = _BETA) -> NDArray[np.float64]:
    """Weights that grow less for very rare classes than :func:`inverse_weights` do, and hardly differ between common ones.

    Rows of a class overlap, so that ``n`` of them are worth only ``(1 - β^n) / (1 - β)``: with β = 0.999 never more than
    a thousand.

    References
    ----------
    Cui, Jia, Lin, Song, Belongie (2019). Class-balanced loss based on effective number of samples. CVPR.
    """
    return np.where(counts > 0, (1.0 - beta) / (1.0 - beta ** np.maximum(counts, 1)), 0.0)


def declared_weights(declared: str, space: LabelSpace) -> NDArray[np.float64]:
    """Weights that somebody states, as a JSON object from class to number; classes not named count 1.

    Raises
    ------
    UsageError
        CW349 if the text is no such object, names a class that does not exist, or a number is not above 0.
    """
    fix = "write '{\"refund\": 3.0}'"
    try:
        given = json.loads(declared)
    except json.JSONDecodeError as error:
        raise UsageError("CW349", "class weights are no JSON", got=str(error), fix=fix) from None
    if not isinstance(given, dict) or not given:
        raise UsageError(
            "CW349", "class weights are no JSON object with a number per class", got=declared[:100], fix=fix
        )
    out = np.ones(len(space))
    for name, value in given.items():
        if name not in space.names:
            raise UsageError("CW349", f"no class is called {name!r}{nearest(name, space.names)}", fix=fix)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < float("inf"):
            raise UsageError("CW349", f"the weight of {name!r} is no number above 0", got=repr(value)[:50], fix=fix)
        out[space.index(name)] = value
    return out


def weighted(rows: LabelledRows, per_class: NDArray[np.float64]) -> LabelledRows:
    """The same rows with a weight each, 1 on average."""
    weight = per_class[rows.y_index]
    return replace(rows, weight=weight / weight.mean())
