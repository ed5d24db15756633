"""Two versions on the same rows: every difference is candidate minus live."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.decision import Comparison
from classward.domain.measure import Measure

__all__ = ["Flip", "MetricChange", "PairChange", "PairedReport", "SliceChange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """A figure that somebody brought: both values and their difference, as its own function computes them."""

    name: str
    live: float
    candidate: float
    difference: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """A true class taken for another by either version: rows of each, and the difference of the shares of the class."""

    true_class: str
    predicted_class: str
    n_live: int
    n_candidate: int
    difference: Measure
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """Rows of one true class that the versions answer differently: what live said, what the candidate says."""

    true_class: str
    live_answer: str
    candidate_answer: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceChange:
    """Accuracy of both versions on one slice; p-values are exact (McNemar), corrected by Holm over slices."""

    column: str
    level: str
    n: int
    difference: Measure
    p_adjusted: float | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedReport:
    """Two versions on the same rows; every difference is candidate minus live.

    ``accuracy`` and ``classes`` (recall) carry exact McNemar p-values, those of classes corrected by Holm over classes;
    ``cohens_g`` is the candidate's share of the rows on which exactly one was right, less a half (-0.5 to 0.5).
    ``log_loss`` and ``cost`` are means per row (below 0 is better), with paired bootstrap intervals; ``log_loss_effect``
    is the mean difference in standard deviations of the rows' differences. ``cost`` is of the answers as each version's
    rule gives them, ``cost_of`` says what it counts. ``calibration_live`` and ``calibration_candidate`` are (calibration
    error, what a perfect model stays below 19 times in 20, verdict).
    """

    live_name: str
    candidate_name: str
    n: int
    accuracy: Comparison
    log_loss: Measure
    cost: Measure
    classes: tuple[Comparison, ...]
    cohens_g: float | None
    log_loss_effect: float | None
    verdict: str
    cost_of: str = "errors"
    metrics: tuple[MetricChange, ...] = ()
    pairs: tuple[PairChange, ...] = ()
    flips: tuple[Flip, ...] = ()
    slices: tuple[SliceChange, ...] = ()
    calibration_live: tuple[float, float, str] | None = None
    calibration_candidate: tuple[float, float, str] | None = None
    format_version: int = 2
