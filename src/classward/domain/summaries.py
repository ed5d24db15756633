"""What is kept of a day instead of its rows, and what days are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from classward.domain.decision import Summary
from classward.domain.measure import Measure

__all__ = [
    "AnswerReference",
    "BucketKey",
    "ClassEstimate",
    "DayBucket",
    "DayExpectation",
    "EstimateRecord",
    "FeatureCounts",
    "FeatureReference",
    "KeptBuckets",
    "Reference",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureReference:
    """One input column as the model learned from it, in the bins that every later day is counted in.

    ``kind`` is ``numeric`` (lengths of texts where ``is_length``), ``categorical`` (true and false where
    ``is_flag``) or ``presence`` (only whether
    there is a value). Numeric bins end below each of ``edges``; categories are those of ``categories``, then one bin for
    all ``others`` (known, but rare). ``expected`` are rows per bin in one part of the training rows, which also gave the
    bins; ``counts``, ``n_missing``, ``n_unseen``, ``total`` and ``squares`` are of the other part, so that neither knows of
    the other. ``knows_all`` is false where there were too many categories to remember: then nothing counts as unseen.
    """

    name: str
    kind: str
    is_length: bool = False
    is_flag: bool = False
    edges: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    knows_all: bool = True
    expected: tuple[float, ...] = ()
    expected_missing: float = 0.0
    expected_unseen: float = 0.0
    counts: tuple[int, ...] = ()
    n_missing: int = 0
    n_unseen: int = 0
    total: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReference:
    """What the version answered to sealed rows, which it never saw.

    ``answered`` are rows per class and, last, rows left to a person; ``expected`` the shares of classes among other rows.
    ``confusion`` has true classes as rows and answers as columns, rows left to a person last; ``bins`` are (n, sum
    of confidence, right) per fifteenth of confidence. Both are empty where the report of an earlier release does not say.
    """

    answered: tuple[int, ...]
    expected: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    bins: tuple[tuple[int, float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """All that a version's days are held against; ``hash`` names the bins."""

    version: int
    class_names: tuple[str, ...]
    n_rows: int
    features: tuple[FeatureReference, ...]
    answers: AnswerReference | None
    hash: str
    left_out: tuple[str, ...] = ()
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCounts:
    """One input column over a span: rows per bin of its reference, and sums of its numbers (0 for others)."""

    name: str
    counts: tuple[int, ...]
    n_missing: int = 0
    n_unseen: int = 0
    total: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketKey:
    """Whose answers, on which route, of which UTC day."""

    version: int
    route: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DayExpectation:
    """What the probabilities of a whole day expect, without labels: of ``n`` rows so many of each class, answered so
    (``answered``) and answered so rightly (``right``); sums of probabilities, corrected for another mix of classes.
    """

    n: int
    of_class: tuple[float, ...]
    right: tuple[float, ...]
    answered: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRecord:
    """How right estimates of a class's precision were: weeks compared with labels, weeks that agreed, mean difference."""

    n_weeks: int
    n_within: int
    mean_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEstimate:
    """A class as its probabilities have it, without labels; every figure is marked ``estimated``."""

    class_name: str
    share: Measure
    recall: Measure
    precision: Measure
    record: EstimateRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBucket:
    """One day of one version on one route, in a size that does not grow with its rows.

    ``answers`` counts answers and labelled outcomes, by the day that was answered on, however late the label came.
    ``features`` are of ``n_payloads`` answers whose values were kept, chosen evenly. ``reference_hash`` names their bins;
    ``heaviest`` is the largest weight of a kept row so far. ``expected`` is there once the day
    was counted whole. ``revision`` grows with every change after the first writing,
    and ``revised_at`` and ``why`` tell of the last.
    """

    key: BucketKey
    answers: Summary
    reference_hash: str = ""
    n_payloads: int = 0
    heaviest: float = 1.0
    features: tuple[FeatureCounts, ...] = ()
    n_sampled: int = 0
    expected: DayExpectation | None = None
    revision: int = 0
    revised_at: datetime | None = None
    why: str = ""
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBuckets:
    """What the store holds, and the keys of what it holds but cannot be read."""

    buckets: tuple[DayBucket, ...] = ()
    damaged: tuple[BucketKey, ...] = field(default=())
