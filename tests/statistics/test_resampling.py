"""Bootstrap of a mean."""

from __future__ import annotations

import numpy as np
import pytest

from classward.statistics import bootstrap_mean, mean_interval


@pytest.mark.parametrize("is_discrete", [False, True])
def test_agrees_with_students_t_where_that_holds(is_discrete: bool) -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(800) - 0.1
    values = np.round(values) if is_discrete else values
    found, expected = bootstrap_mean(values, rng=rng, n_draws=2000), mean_interval(values)
    assert found.value == pytest.approx(values.mean())
    assert found.interval is not None
    assert expected is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(expected, abs=0.01)


def test_few_values_say_little() -> None:
    rng = np.random.default_rng(0)
    assert bootstrap_mean(np.zeros(0), rng=rng).value is None
    assert bootstrap_mean(np.array([1.0, 2.0]), rng=rng).interval is None
    same = bootstrap_mean(np.full(9, 0.5), rng=rng)
    assert (same.value, same.interval and (same.interval.low, same.interval.high)) == (0.5, (0.5, 0.5))


def test_same_seed_same_interval() -> None:
    values = np.random.default_rng(4).exponential(size=300)
    assert bootstrap_mean(values, rng=np.random.default_rng(1)) == bootstrap_mean(values, rng=np.random.default_rng(1))
