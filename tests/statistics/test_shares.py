"""Two shares from different rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from classward.statistics import difference_interval, fisher_p


@pytest.mark.parametrize(("k1", "n1", "k2", "n2"), [(3, 20, 15, 30), (0, 8, 4, 9), (40, 50, 700, 1000), (9, 9, 0, 4)])
def test_p_is_twice_the_smaller_hypergeometric_tail(k1: int, n1: int, k2: int, n2: int) -> None:
    law = hypergeom(n1 + n2, k1 + k2, n1)
    expected = min(1.0, 2 * min(law.cdf(k1), law.sf(k1 - 1)))
    assert fisher_p(k1, n1, k2, n2) == pytest.approx(expected, rel=1e-9)


def test_large_counts_agree_with_the_normal_approximation() -> None:
    p1, p2, n = 0.9, 0.897, 100_000
    pooled = (p1 + p2) / 2
    z = (p1 - p2) / np.sqrt(2 * pooled * (1 - pooled) / n)
    from statistics import NormalDist

    assert fisher_p(90_000, n, 89_700, n) == pytest.approx(2 * NormalDist().cdf(-z), rel=0.02)


def test_nothing_to_compare_has_p_one_and_an_interval_that_says_nothing() -> None:
    assert fisher_p(0, 0, 5, 9) == fisher_p(0, 4, 0, 9) == fisher_p(4, 4, 9, 9) == 1.0
    assert difference_interval(0, 0, 5, 9) == (-1.0, 1.0)
    with pytest.raises(ValueError):
        fisher_p(5, 4, 0, 3)


def test_interval_matches_newcombes_published_example() -> None:
    low, high = difference_interval(56, 70, 48, 80)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_rarely_rejects_when_shares_are_equal() -> None:
    rng = np.random.default_rng(5)
    draws = rng.binomial([30, 300], 0.85, size=(2000, 2))
    assert np.mean([fisher_p(int(a), 30, int(b), 300) <= 0.05 for a, b in draws]) <= 0.055
