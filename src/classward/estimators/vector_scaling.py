"""Fit one scale and one bias per class, pulled towards plain temperature scaling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classward.inference import VectorScaling, log_softmax

__all__ = ["fit_vector_scaling"]


def fit_vector_scaling(
    logits: NDArray[np.float64], y_index: NDArray[np.int64], *, temperature: float, shrinkage: float = 10.0
) -> VectorScaling:
    """Find per-class corrections to temperature scaling that the calibration rows can pay for.

    Minimises the negative log-likelihood plus ``shrinkage / 2`` times the squared distance from temperature scaling
    (relative scales and biases), as if so many rows had spoken for "no correction". A class without a calibration row
    gets no correction at all. May change ``argmax``.

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
    VectorScaling
        All finite; scales are positive.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017). On Calibration of Modern Neural Networks. ICML.
    """
    n, n_classes = logits.shape
    z = logits / temperature
    counts = np.bincount(y_index, minlength=n_classes)
    free = np.flatnonzero(counts)
    rows = np.arange(n)

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_scale, bias = _unpack(point, free, n_classes)
        scaled = z * np.exp(log_scale)
        log_p = log_softmax(scaled + bias)
        with np.errstate(under="ignore"):
            residual = np.exp(log_p)
        residual[rows, y_index] -= 1.0
        value = -log_p[rows, y_index].sum() + shrinkage / 2.0 * float(point @ point)
        slope = np.concatenate([(residual * scaled).sum(axis=0)[free], residual.sum(axis=0)[free]])
        return float(value) / n, (slope + shrinkage * point) / n

    bounds = [(-2.0, 2.0)] * len(free) + [(-10.0, 10.0)] * len(free)
    best = minimize(loss, np.zeros(2 * len(free)), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
    log_scale, bias = _unpack(best.x, free, n_classes)
    return VectorScaling(scale=np.exp(log_scale) / temperature, bias=bias)


def _unpack(
    point: NDArray[np.float64], free: NDArray[np.int64], n_classes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    log_scale, bias = np.zeros(n_classes), np.zeros(n_classes)
    log_scale[free], bias[free] = point[: len(free)], point[len(free) :]
    return log_scale, bias
