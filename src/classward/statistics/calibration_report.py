"""Does confidence mean what it says? With the figure that a perfect model would show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import CalibrationReport, ReliabilityBin
from classward.errors import DataError
from classward.statistics.calibration_error import classwise_ece, ece, ece_null, equal_mass_bins
from classward.statistics.measures import measured_share

__all__ = ["calibration_report"]

_TOLERABLE = 0.05
_FEWEST = round(3 / _TOLERABLE)


def calibration_report(
    confidence: NDArray[np.float64],
    is_right: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    proba: NDArray[np.float64] | None = None,
    y_index: NDArray[np.int64] | None = None,
) -> CalibrationReport:
    """Judge the confidence of the top label on labelled rows.

    An error above the 95th percentile of what a perfect model shows on the same confidences is real: ``miscalibrated``
    from 0.05 on, ``slightly off`` below. Otherwise ``not enough evidence`` if that percentile is itself 0.05 or more, or on
    fewer than 60 rows (rule of three: being wrong 0.05 too often could well have shown no error at all), since an error of
    0.05 could then not have been told; else ``calibrated``. A perfect model is blamed at one look in twenty.

    Parameters
    ----------
    confidence : float array of shape (n_samples,)
        Largest probability of each row.
    is_right : bool array of shape (n_samples,)
        Whether the predicted class was true.
    rng : Generator
        For the draws behind the null.
    proba, y_index : arrays, optional
        All probabilities (n_samples, n_classes) and true columns, for the class-wise error; ``None`` without them.

    Raises
    ------
    DataError
        CW221 without rows.
    """
    found, null = ece(confidence, is_right), ece_null(confidence, rng=rng)
    if found is None or null is None:
        raise DataError(
            "CW221", "calibration cannot be measured", got="no labelled rows", why="no evidence is never success",
            fix="wait for labels, or import them",
        )  # fmt: skip
    if found > null[1]:
        verdict = "miscalibrated" if found >= _TOLERABLE else "slightly off"
    elif null[1] >= _TOLERABLE or len(confidence) < _FEWEST:
        verdict = "not enough evidence"
    else:
        verdict = "calibrated"
    return CalibrationReport(
        ece=found, ece_null_mean=null[0], ece_null_p95=null[1], n=len(confidence), verdict=verdict,
        ece_classwise=classwise_ece(proba, y_index) if proba is not None and y_index is not None else None,
        bins=tuple(
            ReliabilityBin(
                confidence=float(confidence[b].mean()), accuracy=measured_share(int(is_right[b].sum()), len(b))
            )
            for b in equal_mass_bins(confidence)
        ),
    )  # fmt: skip
