from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.statistics import beta_cdf, binomial_p, clopper_pearson, rows_needed, tolerance_rank


def by_sum(k: int, n: int, share: float) -> float:
    return math.fsum(math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1))


@given(st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_binomial_tail_is_the_sum_of_its_terms(kn: tuple[int, int], share: float) -> None:
    k, n = kn
    assert binomial_p(k, n, share) == pytest.approx(by_sum(k, n, share), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize(
    ("x", "a", "b", "known"),
    [  # scipy.special.betainc
        (0.5, 100_000.0, 100_000.0, 0.5),
        (0.9, 990.0, 100.0, 0.1714696942972),
        (0.9, 900_500.0, 100_000.0, 0.4334779952),
        (0.3, 0.5, 0.5, 0.369010119566),
        (1e-4, 1.0, 5000.0, 0.393484504375),
    ],
)
def test_beta_cdf_far_out(x: float, a: float, b: float, known: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(known, rel=1e-8)


@given(st.floats(0.001, 0.999), st.floats(0.2, 300.0), st.floats(0.2, 300.0))
def test_beta_cdf_is_a_share_and_mirrors(x: float, a: float, b: float) -> None:
    value = beta_cdf(x, a, b)
    assert -1e-12 <= value <= 1 + 1e-12
    assert value == pytest.approx(1.0 - beta_cdf(1.0 - x, b, a), abs=1e-9)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson_holds_the_share_and_each_end_misses_by_its_tail(kn: tuple[int, int]) -> None:
    k, n = kn
    low, high = clopper_pearson(k, n)
    assert low <= k / n <= high
    if k:
        assert binomial_p(k, n, low) == pytest.approx(0.025, rel=1e-6)
    if k < n:
        assert 1.0 - binomial_p(k + 1, n, high) == pytest.approx(0.025, rel=1e-6)


def test_clopper_pearson_covers_at_least_as_often_as_it_says() -> None:
    for share in (0.02, 0.5, 0.9, 0.97):
        chance = [math.comb(25, k) * share**k * (1 - share) ** (25 - k) for k in range(26)]
        covered = sum(
            c for k, c in enumerate(chance) if clopper_pearson(k, 25)[0] <= share <= clopper_pearson(k, 25)[1]
        )
        assert covered >= 0.95


def test_no_rows_say_nothing() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    assert binomial_p(0, 0, 0.9) == 1.0
    assert tolerance_rank(0, 0.9, 0.9) is None
    with pytest.raises(ValueError):
        binomial_p(3, 2, 0.5)


def test_tolerance_rank_is_the_smallest_that_promises() -> None:
    assert tolerance_rank(28, 0.9, 0.95) is None
    assert tolerance_rank(29, 0.9, 0.95) == 29
    rank = tolerance_rank(200, 0.9, 0.95)
    assert rank is not None
    rng = np.random.default_rng(0)
    values = np.sort(rng.random((20_000, 200)), axis=1)
    assert (values[:, rank - 1] >= 0.9).mean() >= 0.95 - 0.005
    assert (values[:, rank - 2] >= 0.9).mean() < 0.95


def test_rows_needed_proves_and_a_third_of_it_does_not() -> None:
    n = rows_needed(0.9, 0.01, observed=0.95)
    assert n is not None
    assert binomial_p(math.floor(0.95 * n + 1e-9), n, 0.9) <= 0.01
    assert binomial_p(math.floor(0.95 * (n // 3)), n // 3, 0.9) > 0.01
    assert rows_needed(0.9, 0.05, observed=0.9000001, at_most=1000) is None
