"""Fit the one number of temperature scaling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from classward.errors import TooFewLabels
from classward.inference import softmax

__all__ = ["fit_temperature"]

_LOWEST, _HIGHEST = 0.05, 20.0
_PULL = 1.0  # nats that a change by a factor e must earn on all rows together, times one half


def fit_temperature(logits: NDArray[np.float64], y_index: NDArray[np.int64], *, min_per_class: int = 20) -> float:
    """Find the one positive number that makes softmax scores honest.

    Dividing every logit by it leaves ``argmax`` (and accuracy) unchanged and minimises the negative log-likelihood
    (nats per sample) on the calibration fold. One number cannot repair scores that are over-confident for some
    classes and under-confident for others. A weak pull towards 1 keeps a few rows, all of them right, from making
    every score certain.

    Parameters
    ----------
    logits : float array of shape (n_samples, n_classes)
        Uncalibrated scores; columns in label-space order.
    y_index : int array of shape (n_samples,)
        True class of each sample as a column number in ``[0, n_classes)``.
    min_per_class : int, default=20
        Fewest calibration samples each class must have.

    Returns
    -------
    temperature : float
        Dimensionless, in [0.05, 20]; above 1 means "was over-confident".

    Raises
    ------
    TooFewLabels
        CW206 if some class has fewer than ``min_per_class`` samples. Nothing is fitted.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017). On Calibration of Modern Neural Networks. ICML.
    """
    counts = np.bincount(y_index, minlength=logits.shape[1])
    n_short = int((counts < min_per_class).sum())
    if n_short or not len(y_index):
        raise TooFewLabels(
            "CW206",
            f"cannot fit a temperature: {n_short} of {len(counts)} classes have fewer than {min_per_class} rows",
            got=f"{len(y_index)} calibration rows; fewest per class {int(counts.min())}",
            why="a class never seen cannot tell whether its scores are honest",
            fix="enlarge the calibration fold, or pass min_per_class=0 and say so in the report",
        )
    # Likelihood and pull are unimodal in the logarithm of the inverse temperature here, so the slope crosses zero once.
    true = logits[np.arange(len(y_index)), y_index]

    def slope(log_inverse: float) -> float:
        inverse = np.exp(log_inverse)
        rise = ((softmax(logits * inverse) * logits).sum(axis=1) - true).sum() * inverse
        return float(rise + _PULL * log_inverse)

    low, high = np.log(1.0 / _HIGHEST), np.log(1.0 / _LOWEST)
    if slope(low) >= 0.0:
        return _HIGHEST
    if slope(high) <= 0.0:
        return _LOWEST
    return float(np.clip(np.exp(-brentq(slope, low, high, xtol=1e-6)), _LOWEST, _HIGHEST))
