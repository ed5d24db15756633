"""Rankings agree with scikit-learn, and their intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from classward.statistics import ranked


@pytest.mark.parametrize("digits", [1, 12])
def test_agrees_with_scikit_learn_with_and_without_ties(digits: int) -> None:
    rng = np.random.default_rng(1)
    positive = rng.random(400) < 0.2
    scores = np.round(rng.standard_normal(400) + positive, digits)
    found = ranked(scores, positive)
    assert found.auc().value == pytest.approx(metrics.roc_auc_score(positive, scores))
    assert found.average_precision().value == pytest.approx(metrics.average_precision_score(positive, scores))


def test_curve_points_lie_on_scikit_learns_curve() -> None:
    rng = np.random.default_rng(2)
    positive = rng.random(300) < 0.3
    scores = rng.standard_normal(300) + positive
    precision, recall, _ = metrics.precision_recall_curve(positive, scores)
    curve = {(round(r, 4), round(p, 4)) for r, p in zip(recall, precision, strict=True)}
    points = ranked(scores, positive).precision_recall(25)
    assert len(points) == 25
    assert set(points) <= curve
    assert points[-1][0] == 1.0


def test_interval_of_the_auc_covers() -> None:
    rng = np.random.default_rng(3)
    truth = metrics.roc_auc_score(*_sample(rng, 200_000))
    inside = 0
    for _ in range(400):
        positive, scores = _sample(rng, 150)
        interval = ranked(scores, positive).auc().interval
        assert interval is not None
        inside += interval.low <= truth <= interval.high
    assert 0.92 <= inside / 400 <= 0.985


def _sample(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    positive = rng.random(n) < 0.25
    return positive, rng.standard_normal(n) + 1.2 * positive


def test_perfect_order_claims_no_certainty() -> None:
    auc = ranked(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, True, False, False])).auc()
    assert auc.value == 1.0
    assert auc.interval is not None
    assert auc.interval.low < 0.5


def test_one_side_empty_measures_nothing() -> None:
    found = ranked(np.array([1.0, 2.0]), np.array([False, False]))
    assert found.auc().value is None
    assert found.average_precision().value is None
    assert found.precision_recall() == ()
    assert ranked(np.zeros(0), np.zeros(0, dtype=bool)).auc().value is None
