from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from classward.statistics import confusion_counts, off_by, quadratic_kappa, rank_error


def test_distance_counts() -> None:
    y, answer = np.array([0, 1, 2, 3, 4, 4]), np.array([0, 2, 2, 1, 4, 0])
    assert rank_error(y, answer).value == pytest.approx((0 + 1 + 0 + 2 + 0 + 4) / 6)
    assert [off_by(y, answer, at_most=k).value for k in range(3)] == pytest.approx([3 / 6, 4 / 6, 5 / 6])
    assert rank_error(y, answer).n == 6


def test_kappa_agrees_with_scikit_learn_and_has_an_interval() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 5, 300)
    answer = np.clip(y + rng.integers(-1, 2, 300), 0, 4)
    done = quadratic_kappa(confusion_counts(y, answer, 5), rng=rng)
    assert done.value == pytest.approx(cohen_kappa_score(y, answer, weights="quadratic"))
    assert done.interval is not None
    assert done.interval.low < done.value < done.interval.high <= 1.0


def test_nothing_to_measure_gives_no_value() -> None:
    rng = np.random.default_rng(0)
    assert quadratic_kappa(np.zeros((3, 3), dtype=np.int64), rng=rng).value is None
    assert quadratic_kappa(np.diag([9, 0, 0]), rng=rng).value is None
    assert rank_error(np.array([], dtype=int), np.array([], dtype=int)).value is None
