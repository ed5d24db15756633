"""How far confidence is from accuracy, and how far it would seem for a perfect model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "classwise_ece", "ece", "ece_null", "equal_mass_bins"]

BINS = 15


def equal_mass_bins(confidence: NDArray[np.float64], *, n_bins: int = BINS) -> list[NDArray[np.int64]]:
    """Group rows by rising confidence into bins of (nearly) the same size.

    Rows of equal confidence share a bin, so that the order of rows never matters; with many ties there are fewer bins.

    Returns
    -------
    bins : list of int arrays
        Row indices of at most ``n_bins`` bins, none of them empty.
    """
    n = len(confidence)
    if n == 0:
        return []
    order = np.argsort(confidence, kind="stable")
    ranked = confidence[order]
    cuts = -(-np.arange(1, n_bins) * n // n_bins)
    ends = np.unique(np.searchsorted(ranked, ranked[cuts - 1], side="right"))
    return [part for part in np.split(order, ends) if len(part)]


def ece(confidence: NDArray[np.float64], is_right: NDArray[np.bool_], *, n_bins: int = BINS) -> float | None:
    """Expected calibration error: mean distance of confidence from share right, over bins of equal mass, by rows.

    Never near 0 on few rows, even for a perfect model: read it beside :func:`ece_null`.

    Parameters
    ----------
    confidence : float array of shape (n_samples,)
        Stated probability that the row is right.
    is_right : bool array of shape (n_samples,)
        Whether it was.

    Returns
    -------
    error : float or None
        In [0, 1]; ``None`` without rows.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017). On Calibration of Modern Neural Networks. ICML. (Bins of equal mass: Nixon et al.,
    2019, Measuring Calibration in Deep Learning.)
    """
    n = len(confidence)
    if n == 0:
        return None
    bins = equal_mass_bins(confidence, n_bins=n_bins)
    return float(sum(abs(confidence[b].sum() - is_right[b].sum()) for b in bins) / n)


def classwise_ece(proba: NDArray[np.float64], y_index: NDArray[np.int64], *, n_bins: int = BINS) -> float | None:
    """Mean over classes of the calibration error of that class's own column; ``None`` without rows.

    Falls with the number of classes, since most columns are near 0 on most rows: compare it only at equal class counts.

    References
    ----------
    Kull et al. (2019). Beyond temperature scaling: obtaining well-calibrated multiclass probabilities. NeurIPS.
    """
    if len(y_index) == 0:
        return None
    errors = [ece(proba[:, k], y_index == k, n_bins=n_bins) for k in range(proba.shape[1])]
    return float(np.mean([e for e in errors if e is not None]))


def ece_null(
    confidence: NDArray[np.float64], *, rng: np.random.Generator, n_draws: int = 400, n_bins: int = BINS
) -> tuple[float, float] | None:
    """Mean and 95th percentile of the error that a perfectly calibrated model shows on the same confidences.

    In each draw every row is right with a probability equal to its confidence: the same as drawing its label from the
    model's own probabilities and asking whether it is the top class. A model that is perfect exceeds the 95th percentile
    once in twenty looks.

    Returns
    -------
    mean, p95 : float
        Or ``None`` without rows. Cost: ``n_draws`` uniform numbers per row.

    References
    ----------
    Bröcker, Smith (2007). Increasing the reliability of reliability diagrams. Weather and Forecasting 22. (Vaicenavicius
    et al., 2019, AISTATS, use the same resampling as a test.)
    """
    n = len(confidence)
    if n == 0:
        return None
    bins = equal_mass_bins(confidence, n_bins=n_bins)
    starts = np.cumsum([0, *(len(b) for b in bins)])[:-1]
    ranked = confidence[np.concatenate(bins)]
    sums = np.add.reduceat(ranked, starts)
    draws = np.empty(n_draws)
    for i in range(n_draws):
        right = np.add.reduceat((rng.random(n) < ranked).astype(np.float64), starts)
        draws[i] = np.abs(right - sums).sum() / n
    return float(draws.mean()), float(np.quantile(draws, 0.95))
