from __future__ import annotations

import math

import numpy as np
import pytest

from classward.statistics import false_negative_costs, false_positive_costs, gamma_cdf

COSTS = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [20.0, 5.0, 0.0]])
COUNTS = np.array([[90, 8, 2], [3, 40, 0], [1, 2, 7]])


def test_totals_are_counts_times_costs() -> None:
    wrong_answers = [m.value for m in false_positive_costs(COUNTS, COSTS)]
    missed = [m.value for m in false_negative_costs(COUNTS, COSTS)]
    assert wrong_answers == [3 + 20, 8 + 10, 2]
    assert missed == [10, 3, 20 + 10]
    assert sum(wrong_answers) == sum(missed)  # type: ignore[arg-type]
    assert [m.n for m in false_negative_costs(COUNTS, COSTS)] == [100, 43, 10]


def test_no_mistake_seen_is_not_no_cost() -> None:
    perfect = np.diag([50, 30, 10])
    one = false_negative_costs(perfect, COSTS)[2]
    assert one.value == 0.0
    assert one.interval is not None
    assert one.interval.low == 0.0
    assert one.interval.high == pytest.approx(20.0 * -math.log(0.025), rel=1e-6)


def test_a_class_without_rows_has_no_cost_and_no_interval() -> None:
    assert false_negative_costs(np.diag([5, 5, 0]), COSTS)[2].value is None


def test_intervals_cover_rare_and_dear_mistakes() -> None:
    rng, truth = np.random.default_rng(0), 0.2 * 20 + 1.5 * 5
    covered = []
    for _ in range(600):
        counts = np.zeros((3, 3), dtype=np.int64)
        counts[2] = rng.poisson(0.2), rng.poisson(1.5), 50
        interval = false_negative_costs(counts, COSTS)[2].interval
        assert interval is not None
        covered.append(interval.low <= truth <= interval.high)
    assert np.mean(covered) >= 0.95 - 0.02


def test_gamma_cdf_of_whole_shapes_is_the_poisson_tail() -> None:
    for shape, x in ((3, 0.5), (3, 3.0), (3, 12.0), (40, 55.0), (400, 380.0)):
        poisson = math.fsum(math.exp(-x + i * math.log(x) - math.lgamma(i + 1)) for i in range(shape))
        assert gamma_cdf(x, shape) == pytest.approx(1.0 - poisson, abs=1e-10)
