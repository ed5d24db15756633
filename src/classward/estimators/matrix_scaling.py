"""Fit a matrix that mixes scores between classes, pulled towards plain temperature scaling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classward.inference import MatrixScaling, log_softmax

__all__ = ["fit_matrix_scaling"]

_FLOOR = 1e-4


def fit_matrix_scaling(
    logits: NDArray[np.float64], y_index: NDArray[np.int64], *, temperature: float, shrinkage: float = 2.0
) -> MatrixScaling:
    """Find the corrections between classes that the calibration rows can pay for.

    Minimises the negative log-likelihood plus ``shrinkage / 2`` times the squared distance from temperature scaling,
    where moving score from one class to another costs ``n_classes`` times as much as scaling a class. A class without
    a calibration row keeps its own score. May change ``argmax``, towards frequent classes: decide separately.

    Parameters
    ----------
    logits : float array of shape (n_samples, n_classes)
        Uncalibrated scores; columns in label-space order.
    y_index : int array of shape (n_samples,)
        True class of each sample as a column number.
    temperature : float
        Where the fit is pulled to; see :func:`~classward.estimators.temperature.fit_temperature`.
    shrinkage : float
        How hard, in rows.

    Returns
    -------
    MatrixScaling
        All finite.

    Notes
    -----
    Costs about n_samples × n_classes² multiplications for each of up to 80 steps: for up to about 50 classes.

    References
    ----------
    Kull et al. (2019). Beyond temperature scaling: Obtaining well-calibrated multiclass probabilities with Dirichlet
    calibration. NeurIPS.
    """
    n, k = logits.shape
    plain = MatrixScaling(temperature=temperature, floor=_FLOOR, weights=np.eye(k), bias=np.zeros(k))
    x = plain.inputs(logits)
    rows = np.arange(n)
    is_seen = np.bincount(y_index, minlength=k) > 0
    is_free = np.concatenate([np.outer(is_seen, is_seen).ravel(), is_seen])
    pull = shrinkage * np.concatenate([np.where(np.eye(k, dtype=bool), 1.0, float(k)).ravel(), np.ones(k)])

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_p = log_softmax(x @ (np.eye(k) + point[: k * k].reshape(k, k)) + point[k * k :])
        with np.errstate(under="ignore"):
            residual = np.exp(log_p)
        residual[rows, y_index] -= 1.0
        value = -log_p[rows, y_index].sum() + float(pull @ point**2) / 2.0
        slope = np.concatenate([(x.T @ residual).ravel(), residual.sum(axis=0)]) * is_free + pull * point
        return float(value) / n, slope / n

    best = minimize(loss, np.zeros(k * k + k), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
    return MatrixScaling(
        temperature=temperature, floor=_FLOOR, weights=np.eye(k) + best[: k * k].reshape(k, k), bias=best[k * k :]
    )
