"""How good a version is, per class first, with n and intervals."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.analysis import Analysis
from classward.domain.calibration import CalibrationReport
from classward.domain.measure import Measure

__all__ = [
    "Baseline",
    "ClassReport",
    "ConfusedPair",
    "Report",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReport:
    """One class: support, how often it was predicted, and its figures."""

    class_name: str
    n: int
    n_predicted: int
    recall: Measure
    precision: Measure
    f1: Measure
    log_loss: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusedPair:
    """True class taken for another: count, share of the true class, and its interval."""

    true_class: str
    predicted_class: str
    n: int
    rate: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A model that must be beaten, measured on the same rows."""

    name: str
    accuracy: Measure
    macro_f1: Measure
    log_loss: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One version on one fold: everything a person needs to judge it.

    ``confusion`` holds counts, rows true and columns predicted, in label-space order. ``checks`` are (name, outcome,
    detail) of the sanity checks; ``notes`` are sentences for people. ``analysis`` is ``None`` in reports of format 1.
    Format 3 has calibration per class, curves, and how often the true class came at each place.
    """

    task_name: str
    fold: str
    dataset_hash: str
    class_names: tuple[str, ...]
    label_space_hash: str
    n: int
    accuracy: Measure
    macro_f1: Measure
    micro_f1: Measure
    weighted_f1: Measure
    log_loss: Measure
    brier: Measure
    top_k: tuple[tuple[int, Measure], ...]
    classes: tuple[ClassReport, ...]
    calibration: CalibrationReport
    confusion: tuple[tuple[int, ...], ...]
    confused_pairs: tuple[ConfusedPair, ...]
    baselines: tuple[Baseline, ...]
    checks: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    analysis: Analysis | None = None
    format_version: int = 3
