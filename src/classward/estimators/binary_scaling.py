"""Make the log-odds of a yes-or-no question honest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fit_binary_scaling"]

_STEPS = 50
_SMALLEST_SLOPE = 1e-3
_FURTHEST = 30.0


def fit_binary_scaling(
    logits: NDArray[np.float64], is_yes: NDArray[np.bool_], *, ridge: float = 0.5
) -> tuple[float, float]:
    """Find slope and bias so that ``slope * logit + bias`` are calibrated log-odds of yes.

    Two numbers: they move a threshold and stretch the scores, and cannot bend them. Little evidence moves them little from
    1 and 0.

    Parameters
    ----------
    logits : float array of shape (n,)
        Scores of rows the model was not trained on.
    is_yes : bool array of shape (n,)
        The truth. Without both kinds nothing can be learned, and (1, 0) comes back.
    ridge : float
        Penalty on leaving (1, 0), in rows.

    References
    ----------
    Platt (1999). Probabilistic outputs for support vector machines (here with a penalty instead of smoothed targets).
    """
    if is_yes.all() or not is_yes.any():
        return 1.0, 0.0
    z = np.clip(logits, -_FURTHEST, _FURTHEST)
    design = np.column_stack([z, np.ones(len(z))])
    start = np.array([1.0, 0.0])
    at, best = start, _loss(design, is_yes, start, start, ridge)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-design @ at))
        slope = design.T @ (p - is_yes) + ridge * (at - start)
        bend = (design.T * np.maximum(p * (1.0 - p), 1e-9)) @ design + ridge * np.eye(2)
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while (found := _loss(design, is_yes, at - size * step, start, ridge)) > best and size > 1e-6:
            size /= 2.0
        if found >= best - 1e-10:
            break
        at, best = at - size * step, found
    return max(float(at[0]), _SMALLEST_SLOPE), float(at[1])


def _loss(
    design: NDArray[np.float64],
    is_yes: NDArray[np.bool_],
    at: NDArray[np.float64],
    start: NDArray[np.float64],
    ridge: float,
) -> float:
    odds = design @ at
    return float(np.logaddexp(0.0, np.where(is_yes, -odds, odds)).sum() + 0.5 * ridge * ((at - start) ** 2).sum())
