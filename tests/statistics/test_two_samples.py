"""Evidence against "nothing changed": honest for references of any size, and quick when something did."""

from __future__ import annotations

import math

import numpy as np
import pytest

from classward.statistics import (
    alarm_level,
    hellinger,
    log_gamma,
    shifted_shares,
    stratified_log_evidence,
    tempered_rates,
    two_sample_log_evidence,
    window_log_evidence,
)


def test_log_gamma_is_that_of_the_standard_library() -> None:
    x = np.concatenate([np.geomspace(1e-6, 1.0, 40), np.geomspace(1.0, 1e9, 60)])
    expected = np.array([math.lgamma(v) for v in x.tolist()])
    np.testing.assert_allclose(log_gamma(x), expected, rtol=1e-9, atol=1e-9)


def test_the_mean_wealth_is_at_most_one_for_every_possible_outcome() -> None:
    """Exact, by summing over all references of 6 rows and all 5 rows after it, for several distributions."""
    n_reference, n_now, expected = 6, 5, np.array([0.3, 0.7])
    for p in (0.05, 0.3, 0.5, 0.9):
        mean = 0.0
        for k in range(n_reference + 1):
            reference = np.array([k, n_reference - k])
            alternatives = np.array([[0.2, 0.8], [0.8, 0.2]])
            for j in range(n_now + 1):
                now = np.array([[j, n_now - j]])
                chance = math.comb(n_reference, k) * math.comb(n_now, j) * p ** (k + j)
                chance *= (1 - p) ** (n_reference + n_now - k - j)
                wealth = two_sample_log_evidence(reference, now, expected, alternatives=alternatives)[0]
                mean += chance * math.exp(wealth)
        assert mean <= 1.0 + 1e-12


@pytest.mark.parametrize("n_reference", [50, 1_000, 30_000])
def test_nothing_is_raised_in_quiet_years_whatever_the_size_of_the_reference(n_reference: int) -> None:
    rng = np.random.default_rng(7)
    shares, level, n_years = np.full(10, 0.1), alarm_level(0.05), 20
    for _ in range(n_years):
        reference = rng.multinomial(n_reference, shares)
        days = rng.multinomial(400, shares, size=60)
        told = (reference + 0.5) / (n_reference + 5.0)
        path = [
            np.logaddexp.reduce(window_log_evidence(reference, days[:n], shares, alternatives=shifted_shares(told)))
            for n in (1, 5, 20, 60)
        ]
        assert max(path) < level


def test_a_shift_is_seen_and_dated() -> None:
    rng = np.random.default_rng(3)
    shares = np.full(10, 0.1)
    reference = rng.multinomial(20_000, shares)
    days = np.concatenate(
        [rng.multinomial(1_000, shares, size=30), rng.multinomial(1_000, shifted_shares(shares, (0.3,))[0], 4)]
    )
    evidence = window_log_evidence(reference, days, shares, alternatives=shifted_shares(shares))
    assert np.logaddexp.reduce(evidence) > alarm_level(1e-5)
    assert 28 <= int(np.argmax(evidence)) <= 31
    before = window_log_evidence(reference, days[:30], shares, alternatives=shifted_shares(shares))
    assert np.logaddexp.reduce(before) < alarm_level(0.05)


def test_rates_per_stratum_do_not_mind_how_many_rows_are_in_each() -> None:
    rng = np.random.default_rng(5)
    rates = np.linspace(0.3, 0.97, 8)
    n_reference, n_now = rng.integers(500, 3_000, size=8), rng.integers(0, 5_000, size=8)
    hits = rng.binomial(n_reference, rates)
    reference = np.stack([hits, n_reference - hits], axis=1)
    alternatives = tempered_rates((hits + 0.5) / (n_reference + 1.0))

    def evidence_of(now_rates: np.ndarray) -> float:
        now_hits = rng.binomial(n_now, now_rates)
        now = np.stack([now_hits, n_now - now_hits], axis=1)
        return float(stratified_log_evidence(reference, now, rates, alternatives=alternatives))

    assert evidence_of(rates) < 3.0
    odds = np.log(rates / (1 - rates)) / 1.5
    assert evidence_of(1 / (1 + np.exp(-odds))) > 10.0


def test_no_rows_are_no_evidence() -> None:
    nothing = two_sample_log_evidence(np.array([10, 30]), np.zeros((1, 2), np.int64), np.array([0.25, 0.75]))
    assert nothing[0] <= 0.0
    assert hellinger(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1.0
