"""Fit one softmax over weighted sums to soft targets, with SciPy's L-BFGS."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classward.estimators.soft_loss import SoftLoss

__all__ = ["fit_softmax"]

_MEMORY = 6


def fit_softmax(
    matrix: Any,
    targets: NDArray[np.float64],
    *,
    c: float,
    iterations: int,
    loss: SoftLoss,
    weight: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minimise ``c · Σ weight · loss + ½ · Σ coef²``; for the plain loss and hard labels this is logistic regression.

    The generalised loss has several valleys: it begins where plain cross-entropy ends.

    Parameters
    ----------
    matrix : array or CSR matrix of shape (n, n_columns)
        Features.
    targets : float array of shape (n, n_classes)
        Rows sum to 1.
    c : float
        Inverse strength of regularisation.
    iterations : int
        Most steps of the optimiser, for each of the two losses.
    loss : SoftLoss
        What is minimised.
    weight : float array of shape (n,), optional
        How much each row counts.

    Returns
    -------
    coef, intercept : float array of shape (n_columns, n_classes) and (n_classes,)
    """
    shape = (matrix.shape[1] + 1, targets.shape[1])
    start = np.zeros(shape)
    if loss.robustness:
        start = _minimised(matrix, targets, start, c, iterations, SoftLoss(), weight)
    found = _minimised(matrix, targets, start, c, iterations, loss, weight)
    return found[:-1], found[-1]


def _minimised(
    matrix: Any,
    targets: NDArray[np.float64],
    start: NDArray[np.float64],
    c: float,
    iterations: int,
    loss: SoftLoss,
    weight: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    counts = np.full(len(targets), c) if weight is None else c * weight
    turned = matrix.T.tocsr() if hasattr(matrix, "tocsr") else matrix.T
    mean = max(float(counts.sum()), 1e-300)  # a sum near 1 suits the optimiser's tolerances

    def value(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        both = flat.reshape(start.shape)
        losses, pull = loss.value_and_pull(np.asarray(matrix @ both[:-1]) + both[-1], targets)
        pull *= counts[:, None]
        slope = np.empty_like(both)
        slope[:-1] = turned @ pull
        slope[:-1] += both[:-1]
        slope[-1] = pull.sum(axis=0)
        total = float(counts @ losses) + 0.5 * float((both[:-1] * both[:-1]).sum())
        return total / mean, slope.ravel() / mean

    done = minimize(
        value, start.ravel(), jac=True, method="L-BFGS-B",
        options={"maxiter": iterations, "maxcor": _MEMORY, "ftol": 1e-9, "gtol": 1e-6},
    )  # fmt: skip
    found: NDArray[np.float64] = done.x.reshape(start.shape)
    return found
