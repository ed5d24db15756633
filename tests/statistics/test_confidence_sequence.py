"""A confidence sequence may be looked at after every label: shown by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from classward.statistics import labels_needed, log_evidence, rate_sequence, wilson

RUNS, STEPS, ALPHA = 1000, 2000, 0.05
MOST = int(stats.binom.ppf(1 - 1e-6, RUNS, ALPHA))
COUNTS = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("p", [0.0, 0.03, 0.2, 0.5, 0.855, 0.99, 1.0])
def test_truth_is_ever_outside_with_at_most_the_stated_chance(p: float) -> None:
    rng = np.random.default_rng(round(1000 * p) + 1)
    n = np.arange(1, STEPS + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, STEPS + 2)))])
    n_ever = 0
    for _ in range(RUNS):
        k = np.cumsum(rng.random(STEPS) < p)
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood = np.where(k > 0, k * np.log(p), 0.0) + np.where(n > k, (n - k) * np.log1p(-p), 0.0)
        evidence = log_factorial[k] + log_factorial[n - k] - log_factorial[n + 1] - likelihood
        n_ever += bool((evidence >= math.log(1 / ALPHA)).any())
    assert n_ever <= MOST
    assert log_evidence(int(k[-1]), STEPS, p) == pytest.approx(evidence[-1], abs=1e-6)


@pytest.mark.parametrize("p", [0.2, 0.9])
def test_bounds_themselves_hold_at_every_look_of_a_growing_sample(p: float) -> None:
    rng = np.random.default_rng(round(100 * p))
    looks = sorted({round(1.35**i) for i in range(26)})
    n_ever = 0
    for _ in range(200):
        k = np.cumsum(rng.random(STEPS) < p)
        bounds = [rate_sequence(int(k[n - 1]), n, alpha=0.2) for n in looks if n <= STEPS]
        n_ever += any(not low <= p <= high for low, high in bounds)
    assert n_ever <= int(stats.binom.ppf(1 - 1e-6, 200, 0.2))


def test_an_interval_for_one_look_does_not_hold_at_every_look() -> None:
    """The reason this sequence exists: the test above can fail."""
    rng = np.random.default_rng(1)
    n_ever = 0
    for _ in range(100):
        k = np.cumsum(rng.random(500) < 0.3)
        n_ever += any(not (e := wilson(int(k[n - 1]), n))[0] <= 0.3 <= e[1] for n in range(1, 501, 5))
    assert n_ever > 20


@given(COUNTS, st.sampled_from([0.2, 0.05, 0.01, 1e-6]))
def test_bounds_are_where_evidence_reaches_the_limit(counts: tuple[int, int], alpha: float) -> None:
    k, n = counts
    low, high = rate_sequence(k, n, alpha=alpha)
    limit = math.log(1 / alpha)
    assert 0.0 <= low <= k / n <= high <= 1.0
    assert log_evidence(k, n, low) >= limit or low == 0.0
    assert log_evidence(k, n, high) >= limit or high == 1.0
    nudge = 1e-6
    assert low == 0.0 or log_evidence(k, n, min(low * (1 + nudge) + 1e-12, k / n)) <= limit + 0.1


@given(COUNTS)
def test_failures_mirror_successes_and_smaller_alpha_is_wider(counts: tuple[int, int]) -> None:
    k, n = counts
    low, high = rate_sequence(k, n, alpha=0.05)
    other_low, other_high = rate_sequence(n - k, n, alpha=0.05)
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high), abs=1e-9)
    wide_low, wide_high = rate_sequence(k, n, alpha=0.001)
    assert wide_low <= low
    assert high <= wide_high


def test_extremes() -> None:
    assert rate_sequence(0, 0, alpha=0.05) == (0.0, 1.0)
    low, high = rate_sequence(10**9, 2 * 10**9, alpha=1e-9)
    assert 0.4997 < low < 0.5 < high < 0.5003
    assert log_evidence(1, 2, 0.0) == math.inf
    assert log_evidence(1, 2, 1.0) == math.inf
    with pytest.raises(ValueError, match="no share"):
        rate_sequence(3, 2, alpha=0.05)


@settings(max_examples=40)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.95))
def test_labels_needed_leads_to_a_verdict(counts: tuple[int, int], target: float) -> None:
    k, n = counts
    more = labels_needed(k, n, target, alpha=0.01)
    if more is None:
        assert abs(k / n - target) < 0.01
        return
    total = n + more
    low, high = rate_sequence(round(k / n * total), total, alpha=0.01)
    assert low >= target or high < target


def test_labels_needed_says_when_it_cannot_tell() -> None:
    assert labels_needed(0, 0, 0.8, alpha=0.01) is None
    assert labels_needed(80, 100, 0.8, alpha=0.01) is None
    assert labels_needed(950, 1000, 0.8, alpha=0.01) == 0
    few, many = labels_needed(28, 30, 0.8, alpha=0.01), labels_needed(25, 30, 0.8, alpha=0.01)
    assert few is not None
    assert many is not None
    assert 0 < few < many
