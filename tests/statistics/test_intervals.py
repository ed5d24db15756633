"""Intervals cover what they say they cover, and stay sane at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from classward.statistics import bootstrap_confusion, f1_interval, macro_f1, mean_interval, wilson

COUNTS = st.integers(0, 10_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_holds_the_share_and_stays_within_bounds(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    low, high = wilson(k, n, level=level)
    assert 0.0 <= low <= high <= 1.0
    if n:
        assert low <= k / n <= high


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (9, 12), (0, 400), (812, 1000), (3, 3)])
def test_wilson_agrees_with_scipy(k: int, n: int) -> None:
    known = stats.binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((known.low, known.high), abs=1e-12)


def test_no_rows_bound_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert f1_interval(0, 0, 0) == (0.0, 1.0)
    assert bootstrap_confusion(np.zeros((3, 3), dtype=np.int64), macro_f1, rng=np.random.default_rng(0)) is None


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(k, n)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_f1_interval_holds_the_f1(tp: int, fp: int, fn: int) -> None:
    low, high = f1_interval(tp, fp, fn)
    assert 0.0 <= low <= high <= 1.0
    if tp + fp + fn:
        assert low - 1e-12 <= 2 * tp / (2 * tp + fp + fn) <= high + 1e-12


def test_f1_interval_covers() -> None:
    rng = np.random.default_rng(7)
    shares = np.array([0.08, 0.02, 0.03, 0.87])  # tp, fp, fn, rest
    truth = 2 * 0.08 / (2 * 0.08 + 0.02 + 0.03)
    drawn = rng.multinomial(600, shares, size=2000)
    ends = np.array([f1_interval(int(tp), int(fp), int(fn)) for tp, fp, fn, _ in drawn])
    assert 0.935 <= np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])) <= 0.97


def test_bootstrap_of_macro_f1_covers() -> None:
    rng = np.random.default_rng(8)
    shares = np.array([[0.42, 0.05, 0.03], [0.04, 0.25, 0.01], [0.02, 0.03, 0.15]])
    truth = macro_f1(np.round(shares * 10_000).astype(np.int64))
    hits = 0
    for _ in range(300):
        confusion = rng.multinomial(500, shares.ravel()).reshape(3, 3)
        low, high = bootstrap_confusion(confusion, macro_f1, rng=rng, n_draws=200) or (2.0, 2.0)
        hits += low <= truth <= high
    assert hits / 300 >= 0.90


def test_bootstrap_is_repeatable() -> None:
    confusion = np.array([[30, 5, 1], [4, 20, 0], [2, 2, 9]])
    assert bootstrap_confusion(confusion, macro_f1, rng=np.random.default_rng(3)) == bootstrap_confusion(
        confusion, macro_f1, rng=np.random.default_rng(3)
    )


@pytest.mark.parametrize("n", [4, 6, 12, 40, 2000])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_mean_interval_agrees_with_students_t(n: int, level: float) -> None:
    values = np.random.default_rng(n).gamma(2.0, size=n)
    low, high = stats.t.interval(level, n - 1, loc=values.mean(), scale=stats.sem(values))
    found = mean_interval(values, level=level)
    assert found is not None
    assert found[1] - found[0] == pytest.approx(high - low, rel=0.02)
    assert sum(found) / 2 == pytest.approx(values.mean())


def test_mean_of_two_values_has_no_interval() -> None:
    assert mean_interval(np.array([0.1, 0.3])) is None
