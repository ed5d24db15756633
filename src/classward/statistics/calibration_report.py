"""Does confidence mean what it says? With the figure that a perfect model would show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import CalibrationReport, Interval, Measure, ReliabilityBin
from classward.statistics.calibration_error import classwise_ece, ece, ece_null, equal_mass_bins
from classward.statistics.intervals import wilson

__all__ = ["calibration_report"]

_TOLERABLE = 0.05


def calibration_report(
    confidence: NDArray[np.float64],
    is_right: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    proba: NDArray[np.float64] | None = None,
    y_index: NDArray[np.int64] | None = None,
) -> CalibrationReport:
    """Calibration of the top label on labelled rows.

    An error above the 95th percentile of what a perfect model shows on the same confidences is real: ``miscalibrated``
    from 0.05 on, ``slightly off`` below. Otherwise ``not enough evidence`` if that percentile is itself 0.05 or more, since
    an error of 0.05 could then not have been told; else ``calibrated``.

    Parameters
    ----------
    confidence : float array of shape (n_samples,)
        Largest probability of each row.
    is_right : bool array of shape (n_samples,)
        Whether the predicted class was true.
    proba, y_index : arrays, optional
        For the class-wise error; it is 0 when they are not given.
    """
    found = ece(confidence, is_right)
    null_mean, null_p95 = ece_null(confidence, rng=rng)
    if len(confidence) and found > null_p95:
        verdict = "miscalibrated" if found >= _TOLERABLE else "slightly off"
    elif not len(confidence) or null_p95 >= _TOLERABLE:
        verdict = "not enough evidence"
    else:
        verdict = "calibrated"
    classwise = classwise_ece(proba, y_index) if proba is not None and y_index is not None else 0.0
    return CalibrationReport(
        ece=found, ece_null_mean=null_mean, ece_null_p95=null_p95, ece_classwise=classwise, n=len(confidence),
        bins=tuple(_bin(confidence[b], is_right[b]) for b in equal_mass_bins(confidence)), verdict=verdict,
    )  # fmt: skip


def _bin(confidence: NDArray[np.float64], is_right: NDArray[np.bool_]) -> ReliabilityBin:
    k, n = int(is_right.sum()), len(is_right)
    low, high = wilson(k, n)
    interval = Interval(low=low, high=high, level=0.95, method="Wilson")
    return ReliabilityBin(confidence=float(confidence.mean()), accuracy=Measure(value=k / n, n=n, interval=interval))
