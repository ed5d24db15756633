"""How strange a row looks: scores that rise where an input belongs to no known class, and how to weigh them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["fit_log_odds", "novelty_names", "novelty_scores"]

_TINY = 1e-12
_STEPS = 25


def novelty_names(n_members: int) -> tuple[str, ...]:
    """Names of the columns of :func:`novelty_scores`, in order."""
    each = (f"{what} {i}" for i in range(n_members) for what in ("largest logit", "energy"))
    return ("largest probability", "entropy", "margin", *each)


def novelty_scores(
    proba: NDArray[np.float64], member_logits: Sequence[NDArray[np.float64]] = ()
) -> NDArray[np.float64]:
    """Score rows by several measures of strangeness; larger is stranger.

    No single one wins everywhere: probabilities compare the known classes with each other and can be sure of nonsense,
    logits of a likeness or margin model also say how far a row lies from all of them.

    Parameters
    ----------
    proba : float array of shape (n, n_classes)
        Calibrated probabilities of the blend.
    member_logits : sequence of float array of shape (n, n_classes)
        Uncalibrated logits of its members.

    Returns
    -------
    float64 array of shape (n, 3 + 2 · n_members)
        Log-odds against the largest probability, entropy (nats), minus the log-ratio of the two largest; then for each
        member minus the largest logit, and minus the log of the summed exponentials (energy).

    References
    ----------
    Hendrycks, Gimpel (2017). A baseline for detecting misclassified and out-of-distribution examples. ICLR.
    Liu, Wang, Owens, Li (2020). Energy-based out-of-distribution detection. NeurIPS.
    """
    top = np.sort(np.partition(proba, -2, axis=1)[:, -2:], axis=1)
    log_top = np.log(np.maximum(top, _TINY))
    columns = [
        np.log(np.maximum(1.0 - top[:, 1], _TINY)) - log_top[:, 1],
        -(proba * np.log(np.maximum(proba, _TINY))).sum(axis=1),
        log_top[:, 0] - log_top[:, 1],
    ]
    for logits in member_logits:
        largest = logits.max(axis=1)
        columns += [-largest, -(largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1)))]
    return np.stack(columns, axis=1)


def fit_log_odds(scores: NDArray[np.float64], is_new: NDArray[np.bool_], *, ridge: float = 1.0) -> NDArray[np.float64]:
    """Weights (one per column, then the intercept) whose sum tells new rows from known ones, both sides weighing alike.

    Logistic regression by Newton's method. Columns should be of like scale.

    Parameters
    ----------
    scores : float array of shape (n, n_scores)
        What is known of each row.
    is_new : bool array of shape (n,)
        Whether the row belongs to no known class; both kinds must occur.
    ridge : float
        Penalty on squared weights (not on the intercept), in rows.

    Raises
    ------
    ValueError
        If one kind is missing.
    """
    n, n_new = len(is_new), int(is_new.sum())
    if not 0 < n_new < n:
        raise ValueError(f"{n_new} new rows of {n} tell nothing apart")
    design = np.column_stack([scores, np.ones(n)])
    row_weight = np.where(is_new, 0.5 / n_new, 0.5 / (n - n_new)) * n
    penalty = np.diag([ridge] * scores.shape[1] + [1e-9])
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30.0, 30.0)))
        slope = design.T @ (row_weight * (p - is_new)) + penalty @ weights
        bend = (design.T * (row_weight * np.maximum(p * (1.0 - p), 1e-6))) @ design + penalty
        step = np.linalg.solve(bend, slope)
        weights -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights
