"""Calibration error, and what a perfect model would show."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from classward.errors import DataError
from classward.statistics import BINS, calibration_report, classwise_ece, ece, ece_null, equal_mass_bins

CONFIDENCES = arrays(np.float64, st.integers(1, 200), elements=st.sampled_from([0.2, 0.34, 0.5, 0.9, 0.99, 1.0]))


def calibrated(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.35, 1.0, size=n)
    return confidence, rng.random(n) < confidence


@given(CONFIDENCES | arrays(np.float64, st.integers(1, 200), elements=st.floats(0, 1)))
def test_bins_hold_every_row_once_and_never_split_ties(confidence: np.ndarray) -> None:
    bins = equal_mass_bins(confidence)
    assert 1 <= len(bins) <= BINS
    assert sorted(np.concatenate(bins).tolist()) == list(range(len(confidence)))
    for left, right in pairwise(bins):
        assert confidence[left].max() < confidence[right].min()


def test_bins_of_distinct_confidences_have_equal_mass() -> None:
    sizes = [len(b) for b in equal_mass_bins(np.random.default_rng(0).random(1000))]
    assert len(sizes) == BINS
    assert max(sizes) - min(sizes) <= 1


@given(CONFIDENCES, st.randoms())
def test_order_of_rows_does_not_matter(confidence: np.ndarray, random) -> None:  # type: ignore[no-untyped-def]
    right = np.arange(len(confidence)) < len(confidence) / 2
    order = np.arange(len(confidence))
    random.shuffle(order)
    assert ece(confidence[order], right[order]) == pytest.approx(ece(confidence, right))


def test_known_values() -> None:
    assert ece(np.full(100, 0.5), np.arange(100) < 50) == 0.0
    assert ece(np.full(100, 0.9), np.arange(100) < 50) == pytest.approx(0.4)
    assert ece(np.ones(3), np.zeros(3, dtype=bool)) == 1.0


def test_no_rows_have_no_error() -> None:
    empty = np.array([])
    assert ece(empty, empty.astype(bool)) is None
    assert ece_null(empty, rng=np.random.default_rng(0)) is None
    assert classwise_ece(np.empty((0, 3)), empty.astype(np.int64)) is None
    with pytest.raises(DataError, match="CW221"):
        calibration_report(empty, empty.astype(bool), rng=np.random.default_rng(0))


def test_null_shrinks_with_rows_and_is_repeatable() -> None:
    few, many = calibrated(100, 1)[0], calibrated(10_000, 1)[0]
    small, large = ece_null(few, rng=np.random.default_rng(0)), ece_null(many, rng=np.random.default_rng(0))
    assert small is not None
    assert large is not None
    assert small[0] > 5 * large[0]
    assert small[0] < small[1]
    assert ece_null(few, rng=np.random.default_rng(0)) == small


def test_null_is_what_a_calibrated_model_shows() -> None:
    found = [ece(*calibrated(400, seed)) for seed in range(200)]
    null = ece_null(calibrated(400, 999)[0], rng=np.random.default_rng(0))
    assert null is not None
    assert np.mean(np.array(found, dtype=float)) == pytest.approx(null[0], rel=0.08)


def test_a_calibrated_model_is_blamed_at_one_look_in_twenty() -> None:
    blamed = 0
    for seed in range(200):
        confidence, right = calibrated(800, seed)
        made = calibration_report(confidence, right, rng=np.random.default_rng(seed))
        blamed += made.verdict in {"miscalibrated", "slightly off"}
    assert blamed <= 24  # 10 expected; 25 or more has chance 5e-6


@pytest.mark.parametrize(
    ("n", "shift", "verdict"),
    [
        (60, 0.0, "not enough evidence"),
        (20_000, 0.0, "calibrated"),
        (20_000, 0.03, "slightly off"),
        (2000, 0.15, "miscalibrated"),
        (60, 0.6, "miscalibrated"),
    ],
)
def test_verdicts(n: int, shift: float, verdict: str) -> None:
    confidence, right = calibrated(n, 4)
    made = calibration_report(np.clip(confidence + shift, 0, 1), right, rng=np.random.default_rng(0))
    assert made.verdict == verdict


def test_report_counts_every_row_in_its_bins() -> None:
    confidence, right = calibrated(500, 6)
    made = calibration_report(confidence, right, rng=np.random.default_rng(0))
    assert sum(b.accuracy.n for b in made.bins) == made.n == 500
    assert made.ece_classwise is None
    again = sum(b.accuracy.n * abs(b.confidence - (b.accuracy.value or 0.0)) for b in made.bins) / 500
    assert made.ece == pytest.approx(again)


def test_classwise_error_is_the_mean_over_columns() -> None:
    rng = np.random.default_rng(1)
    proba, y = rng.dirichlet(np.ones(3), size=300), rng.integers(0, 3, size=300)
    known = np.mean([float(ece(proba[:, k], y == k) or 0.0) for k in range(3)])
    assert classwise_ece(proba, y) == pytest.approx(known)
