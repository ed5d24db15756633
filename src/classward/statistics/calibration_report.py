"""Does confidence mean what it says? With the figure that a perfect model would show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import CalibrationReport, ClassCalibration, Interval, ReliabilityBin
from classward.errors import DataError
from classward.statistics.calibration_error import ece, ece_null, equal_mass_bins
from classward.statistics.classwise_calibration import (
    ClasswiseErrors,
    classwise_errors,
    ece_interval,
    equal_share_bins,
)
from classward.statistics.measures import measured_share

__all__ = ["calibration_report"]

_TOLERABLE = 0.05
_FEWEST = round(3 / _TOLERABLE)
_ALPHA = 0.05


def calibration_report(
    confidence: NDArray[np.float64],
    is_right: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    proba: NDArray[np.float64] | None = None,
    y_index: NDArray[np.int64] | None = None,
    names: Sequence[str] = (),
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
    names : sequence of str, optional
        Classes in column order; without them no class is reported on its own.

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
    debiased, low, high = ece_interval(confidence, is_right, null[1], rng=rng)
    whole = classwise_errors(proba, y_index, rng=rng) if proba is not None and y_index is not None else None
    return CalibrationReport(
        ece=found, ece_null_mean=null[0], ece_null_p95=null[1], n=len(confidence), verdict=verdict,
        ece_debiased=debiased,
        ece_interval=Interval(low=low, high=high, level=0.95, method="bootstrap within bins, chance taken off"),
        ece_classwise=whole.mean_error if whole is not None else None,
        ece_classwise_null_mean=whole.mean_null if whole is not None else None,
        ece_classwise_null_p95=whole.mean_null_p95 if whole is not None else None,
        classes=_classes(proba, y_index, names, whole) if whole and proba is not None and y_index is not None else (),
        bins=tuple(
            ReliabilityBin(
                confidence=float(confidence[b].mean()), accuracy=measured_share(int(is_right[b].sum()), len(b))
            )
            for b in equal_mass_bins(confidence)
        ),
    )  # fmt: skip


def _classes(
    proba: NDArray[np.float64], y_index: NDArray[np.int64], names: Sequence[str], found: ClasswiseErrors
) -> tuple[ClassCalibration, ...]:
    made = []
    for k, name in enumerate(names):
        own, is_it = proba[:, k], y_index == k
        n = int(is_it.sum())
        verdict = (
            "off" if found.p_adjusted[k] <= _ALPHA else "no fault shown" if n >= _FEWEST else "not enough evidence"
        )
        made.append(
            ClassCalibration(
                class_name=name, n=n, error=float(found.errors[k]), null_mean=float(found.null_mean[k]),
                null_p95=float(found.null_p95[k]), p_adjusted=float(found.p_adjusted[k]), verdict=verdict,
                bins=tuple(
                    ReliabilityBin(
                        confidence=float(own[b].mean()), accuracy=measured_share(int(is_it[b].sum()), len(b))
                    )
                    for b in equal_share_bins(own)
                ),
            )
        )  # fmt: skip
    return tuple(made)
