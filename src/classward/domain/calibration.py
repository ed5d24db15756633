"""Does confidence mean what it says?"""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Interval, Measure

__all__ = ["CalibrationReport", "ClassCalibration", "ReliabilityBin", "is_uncalibrated"]

_PASSED = frozenset({"calibrated", "slightly off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """One bar of a reliability diagram: mean confidence against share correct, with n and interval."""

    confidence: float
    accuracy: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCalibration:
    """Probability of one class against its share of rows.

    ``error`` is the class's part of the class-wise error, ``null_mean`` and ``null_p95`` what a perfect model shows on the
    same probabilities. ``p_adjusted`` is corrected over all classes. ``verdict`` is ``off``, ``no fault shown`` or ``not
    enough evidence`` (fewer than 60 rows of the class: a fault could have gone unseen). ``bins`` expect equally many rows
    of the class each; ``n`` counts its rows.
    """

    class_name: str
    n: int
    error: float
    null_mean: float
    null_p95: float
    p_adjusted: float
    verdict: str
    bins: tuple[ReliabilityBin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationReport:
    """Expected calibration error of the top label beside what a perfectly calibrated model would show.

    ``ece_null_mean`` and ``ece_null_p95`` are the mean and 95th percentile of the same figure when labels are drawn from
    the model's own probabilities; ``verdict`` is ``calibrated`` (not distinguishable from perfect, and the sample could
    have told 0.05), ``slightly off`` (a real error below 0.05), ``miscalibrated`` or ``not enough evidence``.
    ``ece_debiased`` and ``ece_interval`` are of the error without the part that few rows alone bring. ``ece_classwise`` is
    the mean over classes, with its own null; it and ``classes`` are missing where only the largest probability was kept.
    """

    ece: float
    ece_null_mean: float
    ece_null_p95: float
    ece_classwise: float | None
    n: int
    bins: tuple[ReliabilityBin, ...]
    verdict: str
    ece_debiased: float | None = None
    ece_interval: Interval | None = None
    ece_classwise_null_mean: float | None = None
    ece_classwise_null_p95: float | None = None
    classes: tuple[ClassCalibration, ...] = ()


def is_uncalibrated(verdict: str) -> bool:
    """Whether scores are to be called uncalibrated: until a check on labelled rows has passed.

    >>> is_uncalibrated("not enough evidence"), is_uncalibrated("slightly off")
    (True, False)
    """
    return verdict not in _PASSED
