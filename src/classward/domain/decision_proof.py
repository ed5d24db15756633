"""What was chosen automatically for a decision rule, from how many rows, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.decision_rule import ClassCut, PriorCorrection, SetRule
from classward.domain.measure import Measure

__all__ = [
    "PROMISES",
    "ClassPromise",
    "PriorChoice",
    "SetClass",
    "SetCoverage",
    "SetsChoice",
    "ThresholdProof",
    "ThresholdsChoice",
]

PROMISES = ("precision", "recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorChoice:
    """Whether deciding by ``p / prior ** exponent`` raises macro F1, and by how much.

    ``best_exponent`` did best on all rows; ``correction`` holds it only if the ``gain`` of macro F1, cross-fitted and paired,
    is above 0 at ``error_rate`` (one-sided), and 0 otherwise. The figures "after" are those of the cross-fitted choice,
    whatever was adopted.
    """

    correction: PriorCorrection
    best_exponent: float
    n: int
    macro_f1_before: Measure
    macro_f1_after: Measure
    gain: Measure
    accuracy_before: Measure
    accuracy_after: Measure
    error_rate: float
    remark: str

    @property
    def is_adopted(self) -> bool:
        """Whether the decision changes."""
        return self.correction.exponent > 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPromise:
    """A figure of one class that its threshold must prove: ``precision`` or ``recall`` of at least ``target``."""

    class_name: str
    indicator: str
    target: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdProof:
    """A promise, and what the rows say about it.

    ``state`` is ``guaranteed``, ``not enough evidence`` or ``out of reach`` (at every threshold the figure is shown to be
    below the target). ``threshold`` is ``None`` unless guaranteed. ``figure`` is measured at the threshold, or at the one
    that came closest; ``bound`` is what is proved, at ``error_rate``: the target, or 0. About ``n_needed`` rows of the
    kind that ``figure`` counts (answered so, or truly so) would prove it if the figure stayed as it is; ``None`` if they
    never would.
    """

    promise: ClassPromise
    state: str
    threshold: float | None
    figure: Measure
    bound: float
    n_needed: int | None
    error_rate: float
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsChoice:
    """Thresholds of all promises, to be put into a rule, with one chance ``error_rate`` that any of them is wrong."""

    claims: tuple[ClassCut, ...]
    floors: tuple[ClassCut, ...]
    proofs: tuple[ThresholdProof, ...]
    n: int
    error_rate: float
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetClass:
    """Where the threshold of one class comes from.

    ``source`` is ``own`` (its own ``n`` rows), ``cluster`` or ``pooled`` (the larger of its own and one shared with similar,
    or with all other, small classes) or ``none`` (too few rows for any threshold, so the class is always in the set).
    ``is_exact`` says whether the promise holds for this class, not only on average over those it shares with. ``n_shared``
    is how many rows the shared threshold rests on.
    """

    class_name: str
    n: int
    source: str
    is_exact: bool
    n_shared: int
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SetsChoice:
    """Thresholds of prediction sets.

    ``confidence`` is 0 when the promise holds on average over calibration samples, else the chance that the thresholds of
    this sample keep it, class by class.
    """

    rule: SetRule
    classes: tuple[SetClass, ...]
    n: int
    confidence: float
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCoverage:
    """How prediction sets do on rows that chose nothing.

    ``classes`` are, in the order of ``class_names``, the shares of rows whose set holds the truth, with Clopper–Pearson
    intervals; ``worst`` is the smallest share, its interval widened for having been picked among all. ``state`` says whether
    the worst class keeps the promise within ``tolerance``: ``met``, ``breached`` or ``not enough evidence``.
    """

    alpha: float
    n: int
    coverage: Measure
    classes: tuple[Measure, ...]
    class_names: tuple[str, ...]
    worst_class: str
    worst: Measure
    mean_size: Measure
    n_single: int
    n_whole: int
    tolerance: float
    state: str
    remark: str
