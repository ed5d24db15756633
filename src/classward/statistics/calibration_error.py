"""How far confidence is from accuracy, and how far it would seem for a perfect model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "classwise_ece", "ece", "ece_null", "equal_mass_bins"]

BINS = 15


def equal_mass_bins(confidence: NDArray[np.float64], *, n_bins: int = BINS) -> list[NDArray[np.int64]]:
    """Row indices of up to ``n_bins`` bins of (nearly) the same size, by rising confidence."""
    order = np.argsort(confidence, kind="stable")
    return [part for part in np.array_split(order, min(n_bins, len(order))) if len(part)] if len(order) else []


def ece(confidence: NDArray[np.float64], is_right: NDArray[np.bool_], *, n_bins: int = BINS) -> float:
    """Expected calibration error over bins of equal mass: mean distance of confidence from share right, by rows.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017). On Calibration of Modern Neural Networks. ICML.
    """
    n = len(confidence)
    bins = equal_mass_bins(confidence, n_bins=n_bins)
    return float(sum(abs(confidence[b].sum() - is_right[b].sum()) for b in bins) / n) if n else 0.0


def classwise_ece(proba: NDArray[np.float64], y_index: NDArray[np.int64], *, n_bins: int = BINS) -> float:
    """Mean over classes of the calibration error of that class's column."""
    return float(np.mean([ece(proba[:, k], y_index == k, n_bins=n_bins) for k in range(proba.shape[1])]))


def ece_null(
    confidence: NDArray[np.float64], *, rng: np.random.Generator, n_draws: int = 200, n_bins: int = BINS
) -> tuple[float, float]:
    """Mean and 95th percentile of the error that a perfectly calibrated model shows on the same confidences.

    Each draw lets every row be right with a probability equal to its confidence. On few rows this is far from zero, so a
    measured error says nothing without it.
    """
    n = len(confidence)
    if not n:
        return 0.0, 0.0
    bins = equal_mass_bins(confidence, n_bins=n_bins)
    order = np.concatenate(bins)
    starts = np.cumsum([0, *(len(b) for b in bins)])[:-1]
    ordered = confidence[order]
    sums = np.add.reduceat(ordered, starts)
    draws = np.empty(n_draws)
    for i in range(n_draws):
        right = np.add.reduceat((rng.random(n) < ordered).astype(np.float64), starts)
        draws[i] = np.abs(right - sums).sum() / n
    return float(draws.mean()), float(np.quantile(draws, 0.95))
