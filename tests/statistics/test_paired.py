"""Two models on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from classward.statistics import holm, mcnemar_p, paired_difference_interval

SMALL = st.integers(0, 300)


@given(SMALL, SMALL)
def test_mcnemar_is_the_exact_binomial_test(first: int, second: int) -> None:
    known = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar_p(first, second) == pytest.approx(known, rel=1e-9)
    assert mcnemar_p(first, second) == mcnemar_p(second, first)


def test_mcnemar_at_the_extremes() -> None:
    assert mcnemar_p(0, 0) == 1.0
    assert mcnemar_p(5000, 5000) == 1.0
    assert mcnemar_p(0, 5000) == 0.0
    assert mcnemar_p(50_000, 50_600) == pytest.approx(stats.binomtest(50_000, 100_600).pvalue, rel=1e-6)


@given(SMALL, SMALL, SMALL, SMALL)
def test_difference_interval_holds_the_difference_and_mirrors(a: int, b: int, c: int, d: int) -> None:
    low, high = paired_difference_interval(a, b, c, d)
    n = a + b + c + d
    assert -1.0 <= low <= high <= 1.0
    if n:
        assert low - 1e-12 <= (b - c) / n <= high + 1e-12
    assert paired_difference_interval(a, c, b, d) == pytest.approx((-high, -low), abs=1e-12)


def test_no_rows_bound_nothing() -> None:
    assert paired_difference_interval(0, 0, 0, 0) == (-1.0, 1.0)


def test_difference_interval_by_hand() -> None:
    """14 both, 5 only the first, 0 only the second, 22 neither: phi = (14·22 − 41/2) / √(19·22·14·27)."""
    phi, p1, p2 = 287.5 / 158_004**0.5, 19 / 41, 14 / 41
    first, second = (stats.binomtest(k, 41).proportion_ci(method="wilson") for k in (19, 14))
    a, b = p1 - first.low, second.high - p2
    c, d = first.high - p1, p2 - second.low
    low = p1 - p2 - (a * a - 2 * phi * a * b + b * b) ** 0.5
    high = p1 - p2 + (c * c - 2 * phi * c * d + d * d) ** 0.5
    assert paired_difference_interval(14, 5, 0, 22) == pytest.approx((low, high), abs=1e-12)
    assert low > 0.0


@pytest.mark.parametrize("cells", [(0.7, 0.12, 0.06, 0.12), (0.85, 0.05, 0.05, 0.05), (0.3, 0.3, 0.1, 0.3)])
@pytest.mark.parametrize("n", [40, 400])
def test_difference_interval_covers(cells: tuple[float, ...], n: int) -> None:
    drawn = np.random.default_rng(n).multinomial(n, cells, size=1500)
    ends = np.array([paired_difference_interval(*(int(v) for v in row)) for row in drawn])
    truth = cells[1] - cells[2]
    assert np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])) >= 0.93


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_against_its_definition(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    for alpha in (0.01, 0.05, 0.3):
        rejected: set[int] = set()
        for rank, i in enumerate(order):
            if (len(p_values) - rank) * p_values[i] > alpha:
                break
            rejected.add(i)
        assert {i for i, p in enumerate(adjusted) if p <= alpha} == rejected
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))


def test_holm_keeps_the_chance_of_any_false_one() -> None:
    rng = np.random.default_rng(0)
    n_false = sum(min(holm(rng.random(12).tolist())) <= 0.05 for _ in range(2000))
    assert n_false <= stats.binom.ppf(1 - 1e-6, 2000, 0.05)
