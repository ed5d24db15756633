"""Decisions are pure functions of recorded evidence and carry their error rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.domain.measure import Measure

__all__ = ["ClassState", "Comparison", "Decision", "PairedCounts", "SloState", "Summary", "Window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of event time and the share of its labels that has arrived."""

    starts_at: datetime
    ends_at: datetime
    n_predictions: int
    n_labelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Mergeable counts of one version over one span: confusion, calibration sums, delays.

    ``confusion`` rows are true, columns predicted classes; ``calibration_bins`` are (n, sum of confidence, n correct) by
    fifteenths of confidence; ``delay_s`` are sorted label delays reduced to at most 512 quantiles.
    """

    version: int
    class_names: tuple[str, ...]
    n_predictions: int
    predicted_counts: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration_bins: tuple[tuple[int, float, int], ...]
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCounts:
    """One class under two versions on the same rows: how often only one of them was right."""

    class_name: str
    n: int
    n_both: int
    n_only_candidate: int
    n_only_live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Paired verdict for one class (or ``"(all)"``): difference of recall, interval, p-value after correction."""

    counts: PairedCounts
    difference: Measure
    p_value: float
    p_adjusted: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SloState:
    """A promise held against evidence: ``met``, ``breached`` or ``not enough evidence``.

    ``n_more`` is about how many more labels a verdict would need at today's rate; ``error_rate`` is the chance that a
    verdict of met or breached is ever wrong, over all looks.
    """

    indicator: str
    class_name: str | None
    target: float
    state: str
    evidence: Measure
    error_rate: float
    n_more: int | None = None


_NO_LABELS = Measure(value=None, n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassState:
    """One class over a window of production: volume, figures, calibration, lag and promises.

    ``confident_errors`` is the share of wrong answers among the labelled ones that name this class with a probability of
    0.9 or more.
    """

    class_name: str
    n_predicted: int
    n_labelled: int
    recall: Measure
    precision: Measure
    slos: tuple[SloState, ...]
    lag_p50_s: float | None = None
    lag_p90_s: float | None = None
    confident_errors: Measure = _NO_LABELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, why, from which evidence and at what error rate.

    ``inputs`` is the canonical JSON of everything the verdict was computed from and ``inputs_hash`` its hash, so the
    verdict can be replayed. ``missing`` says what evidence was lacking.
    """

    id: str
    at: datetime
    task: str
    verb: str
    verdict: str
    reasons: tuple[str, ...]
    error_rate: float
    error_rate_of: str
    inputs: str
    inputs_hash: str
    missing: tuple[str, ...] = ()
    format_version: int = 1
