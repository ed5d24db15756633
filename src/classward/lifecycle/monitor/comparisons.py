"""What is compared with what: one comparison for each column, gap, new value and class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.domain import DayBucket, FeatureCounts, FeatureReference, Reference
from classward.statistics import (
    shifted_shares,
    stratified_log_evidence,
    tempered_rates,
    two_sample_log_evidence,
)

__all__ = ["Comparison", "answer_comparisons", "calibration_comparisons", "feature_comparisons"]

_NO_SUMS = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Counts of a reference beside counts of days, in the same bins.

    ``reference`` has shape (k,), ``per_day`` (n_days, k) with its ``days``. ``expected`` are guesses at the reference from
    other rows. Of calibration both have strata of confidence before the last axis, which is right and wrong, and ``expected``
    are rates. ``sums`` of the reference and ``sums_per_day`` are (rows, total, sum of squares) of numbers.
    """

    family: str
    against: str
    subject: str = ""
    class_name: str | None = None
    names: tuple[str, ...]
    reference: NDArray[np.int64]
    expected: NDArray[np.float64]
    days: tuple[date, ...]
    per_day: NDArray[np.int64]
    alternatives: NDArray[np.float64] | None = None
    sums: tuple[float, float, float] = _NO_SUMS
    sums_per_day: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))

    @property
    def key(self) -> str:
        """Name that stays the same as long as the same is compared."""
        about = self.subject or self.class_name or ""
        return f"drift:{self.family}:{about}" + ("" if self.against == "training" else f":{self.against}")

    def evidence(self, now: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log evidence of rows since some moment, against that nothing changed."""
        if self.reference.ndim == 1:
            return two_sample_log_evidence(self.reference, now, self.expected, alternatives=self.alternatives)
        assert self.alternatives is not None
        return stratified_log_evidence(self.reference, now, self.expected, alternatives=self.alternatives)

    def log_likelihood(self, now: NDArray[np.int64], like: NDArray[np.int64]) -> float:
        """Of rows, if they were distributed like others."""
        smooth = like + 0.5
        return float(np.sum(now * np.log(smooth / smooth.sum(axis=-1, keepdims=True))))

    def shares(self, now: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Shares of some rows and what they would be as in the reference; ``None`` without rows on either side."""
        if not now.sum() or not self.reference.sum():
            return None
        if self.reference.ndim == 1:
            return now / now.sum(), self.reference / self.reference.sum()
        smooth = self.reference + 0.5
        as_before = (smooth / smooth.sum(axis=1, keepdims=True) * now.sum(axis=1, keepdims=True)).sum(axis=0)
        return now.sum(axis=0) / now.sum(), as_before / as_before.sum()


def answer_comparisons(
    reference: Reference, days: Sequence[DayBucket], *, against: str, opening_ends: date
) -> Iterator[Comparison]:
    """How often each class is answered, against the sealed rows or (``opening``) the version's first days."""
    answers = reference.answers
    if answers is None or sum(answers.answered) == 0:
        return
    width, guess = len(answers.answered), np.array(answers.expected)
    first = [_answered(day) for day in days if day.key.day < opening_ends]
    known = np.array(answers.answered)
    if against == "opening":
        known = np.array(first, dtype=np.int64).reshape(len(first), width).sum(axis=0)
        days = [day for day in days if day.key.day >= opening_ends]
    said = np.array([_answered(day) for day in days], dtype=np.int64).reshape(len(days), width)
    for i, name in enumerate((*reference.class_names, "(abstained)")):
        yield Comparison(
            family="answers", against=against, class_name=name, names=(name, "others"),
            reference=_one_of(known, i), expected=_one_of(guess, i), days=tuple(d.key.day for d in days),
            per_day=np.stack([said[:, i], said.sum(axis=1) - said[:, i]], axis=1),
        )  # fmt: skip


def _answered(day: DayBucket) -> tuple[int, ...]:
    counts = day.answers.predicted_counts
    return (*counts, day.answers.n_predictions - sum(counts))


def _one_of(counts: NDArray[Any], i: int) -> NDArray[Any]:
    return np.array([counts[i], counts.sum() - counts[i]])


def calibration_comparisons(reference: Reference, days: Sequence[DayBucket]) -> Iterator[Comparison]:
    """How often answers of each confidence are right, against the sealed rows; days with chosen labels are left out."""
    answers = reference.answers
    if answers is None or not sum(n for n, _, _ in answers.bins):
        return
    known = np.array([(right, n - right) for n, _, right in answers.bins], dtype=np.int64)
    own = [day for day in days if not day.n_sampled]
    counts = [[(right, n - right) for n, _, right in day.answers.calibration_bins] for day in own]
    middle = (np.arange(len(known)) + 0.5) / len(known)
    claimed = np.array([total / n if n else at for (n, total, _), at in zip(answers.bins, middle, strict=True)])
    claimed = np.clip(claimed, 1e-4, 1.0 - 1e-4)
    rates = (known[:, 0] + claimed) / (known.sum(axis=1) + 1.0)
    yield Comparison(
        family="calibration", against="training", names=("right", "wrong"), reference=known, expected=claimed,
        days=tuple(day.key.day for day in own), per_day=np.array(counts, dtype=np.int64).reshape(len(own), len(known), 2),
        alternatives=tempered_rates(rates),
    )  # fmt: skip


def feature_comparisons(
    reference: Reference, days: Sequence[DayBucket], *, against: str, opening_ends: date
) -> Iterator[Comparison]:
    """Values, gaps and new values of each column, against the training rows or (``opening``) the version's first days."""
    own = [day for day in days if day.features and day.reference_hash == reference.hash]
    later = [day for day in own if against == "training" or day.key.day >= opening_ends]
    first = [day for day in own if day.key.day < opening_ends]
    for i, feature in enumerate(reference.features):
        known = (
            FeatureCounts(name=feature.name, counts=feature.counts, n_missing=feature.n_missing,
                          n_unseen=feature.n_unseen, total=feature.total, squares=feature.squares)
            if against == "training"
            else _sum_of([day.features[i] for day in first], len(feature.counts))
        )  # fmt: skip
        yield from _of_feature(feature, known, [(day.key.day, day.features[i]) for day in later], against)


def _of_feature(
    feature: FeatureReference, known: FeatureCounts, days: Sequence[tuple[date, FeatureCounts]], against: str
) -> Iterator[Comparison]:
    dates = tuple(day for day, _ in days)

    def pairs(values: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
        return np.array(values, dtype=np.int64).reshape(len(values), 2)

    n_there = sum(feature.expected)
    yield Comparison(
        family="missing", against=against, subject=feature.name, names=("missing", "there"), days=dates,
        reference=pairs([(known.n_missing, sum(known.counts) + known.n_unseen)])[0],
        expected=np.array([feature.expected_missing, n_there]),
        per_day=pairs([(c.n_missing, sum(c.counts) + c.n_unseen) for _, c in days]),
    )  # fmt: skip
    if feature.kind == "categorical" and feature.knows_all:
        yield Comparison(
            family="unseen", against=against, subject=feature.name, names=("new", "known"), days=dates,
            reference=pairs([(known.n_unseen, sum(known.counts))])[0],
            expected=np.array([feature.expected_unseen, n_there]),
            per_day=pairs([(c.n_unseen, sum(c.counts)) for _, c in days]),
        )  # fmt: skip
    if len(feature.counts) < 2:
        return
    counts = np.array(known.counts, dtype=np.int64)
    shares = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    yield Comparison(
        family="feature", against=against, subject=feature.name, names=_bins(feature), days=dates, reference=counts,
        expected=np.array(feature.expected),
        per_day=np.array([c.counts for _, c in days], dtype=np.int64).reshape(len(days), len(counts)),
        alternatives=shifted_shares(shares) if feature.kind == "numeric" else None, sums=_sums(known),
        sums_per_day=np.array([_sums(c) for _, c in days]).reshape(len(days), 3),
    )  # fmt: skip


def _sum_of(parts: Sequence[FeatureCounts], n_bins: int) -> FeatureCounts:
    counts = np.array([p.counts for p in parts], dtype=np.int64).reshape(len(parts), n_bins).sum(axis=0)
    return FeatureCounts(
        name="", counts=tuple(counts.tolist()), n_missing=sum(p.n_missing for p in parts),
        n_unseen=sum(p.n_unseen for p in parts), total=sum(p.total for p in parts), squares=sum(p.squares for p in parts),
    )  # fmt: skip


def _sums(counts: FeatureCounts) -> tuple[float, float, float]:
    return float(sum(counts.counts)), counts.total, counts.squares


def _bins(feature: FeatureReference) -> tuple[str, ...]:
    if feature.kind == "categorical":
        return (*feature.categories, "(rare ones)")
    ends = [f"{edge:g}" for edge in feature.edges]
    return (f"below {ends[0]}", *(f"{a} to {b}" for a, b in pairwise(ends)), f"{ends[-1]} and more")
