"""Bets against a kept promise rarely win, in a whole year of looks; against a broken one they soon do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from classward.statistics import YEAR_DAYS, alarm_level, bets_against, log_wealth, no_wealth, started

YEARS, ALPHA = 2000, 0.05
MOST = int(stats.binom.ppf(1 - 1e-6, YEARS, ALPHA))


def alarms_in_a_year(rate: float, promised: float, *, is_floor: bool, per_day: int, seed: int) -> int:
    """In how many of many simulated years there is any alarm, looking after every day."""
    rng = np.random.default_rng(seed)
    bets = bets_against(promised, is_floor=is_floor)
    wealth, is_raised = no_wealth(YEARS, len(bets.alternatives)), np.zeros(YEARS, bool)
    n = np.full(YEARS, per_day)
    for _ in range(YEAR_DAYS):
        wealth = started(wealth) + bets.log_factors(rng.binomial(n, rate), n)
        is_raised |= log_wealth(wealth) >= alarm_level(ALPHA)
    return int(is_raised.sum())


@pytest.mark.parametrize(("promised", "is_floor"), [(0.8, True), (0.999, True), (0.05, False)])
@pytest.mark.parametrize("per_day", [1, 40])
def test_a_promise_just_kept_raises_an_alarm_in_at_most_the_stated_share_of_years(
    promised: float, is_floor: bool, per_day: int
) -> None:
    assert alarms_in_a_year(promised, promised, is_floor=is_floor, per_day=per_day, seed=per_day) <= MOST


def test_a_broken_promise_is_always_found() -> None:
    assert alarms_in_a_year(0.7, 0.8, is_floor=True, per_day=10, seed=1) == YEARS


def test_a_fall_is_seen_within_a_tenth_of_the_bound() -> None:
    """Median labels of the class, after sixty good days, at 0.25 % a year over 20 classes."""
    rng, promised, now, alpha = np.random.default_rng(3), 0.8, 0.55, 0.0025 / 20
    bets, runs, per_day = bets_against(promised, is_floor=True), 1000, 20
    wealth, n = no_wealth(runs, len(bets.alternatives)), np.full(runs, per_day)
    for _ in range(60):
        wealth = started(wealth) + bets.log_factors(rng.binomial(n, 0.855), n)
    needed = np.zeros(runs, np.int64)
    for label in range(600):
        wealth = started(wealth) if label % per_day == 0 else wealth
        wealth = wealth + bets.log_factors((rng.random(runs) < now).astype(np.int64), np.ones(runs, np.int64))
        needed[(needed == 0) & (log_wealth(wealth) >= alarm_level(alpha))] = label + 1
    divergence = now * math.log(now / promised) + (1 - now) * math.log((1 - now) / (1 - promised))
    assert np.all(needed > 0)
    assert np.median(needed) <= 1.1 * alarm_level(alpha) / divergence


@given(st.lists(st.booleans(), max_size=40), st.floats(0.01, 0.99), st.booleans(), st.floats(1.0, 50.0))
def test_rows_of_equal_weight_count_as_rows_without(
    hits: list[bool], promised: float, is_floor: bool, weight: float
) -> None:
    bets = bets_against(promised, is_floor=is_floor)
    weighted = bets.log_factors_weighted(np.array(hits, bool), np.full(len(hits), weight), most_weight=weight)
    plain = bets.log_factors(np.array(sum(hits)), np.array(len(hits)))
    np.testing.assert_allclose(weighted.sum(axis=0), plain, rtol=1e-9, atol=1e-9)


def test_choosing_labels_by_the_model_does_not_mislead_weighted_bets() -> None:
    """Rows that will be wrong are chosen ten times as often, with the weight that says so: recall is exactly as promised."""
    rng, bets, alpha = np.random.default_rng(4), bets_against(0.8, is_floor=True), 0.2
    n_weighted = n_plain = 0
    for _ in range(300):
        hit = rng.random(4000) < 0.8
        chance = np.where(hit, 0.05, 0.5)
        taken = rng.random(4000) < chance
        factors = bets.log_factors_weighted(hit[taken], 1.0 / chance[taken], most_weight=20.0)
        path = np.zeros(len(bets.alternatives)) + np.cumsum(factors, axis=0)
        n_weighted += bool((log_wealth(path) >= math.log(1 / alpha)).any())
        careless = np.cumsum(bets.log_factors(hit[taken].astype(np.int64), np.ones(taken.sum(), np.int64)), axis=0)
        n_plain += bool((log_wealth(careless) >= math.log(1 / alpha)).any())
    assert n_weighted <= int(stats.binom.ppf(1 - 1e-6, 300, alpha))
    assert n_plain == 300


def test_what_is_no_promise_chance_or_weight_is_refused() -> None:
    for rate in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            bets_against(rate, is_floor=True)
    with pytest.raises(ValueError, match="between 0 and 1"):
        alarm_level(0.0)
    bets = bets_against(0.8, is_floor=True)
    for weight in (0.0, 2.5):
        with pytest.raises(ValueError, match="at most 2"):
            bets.log_factors_weighted(np.array([True]), np.array([weight]), most_weight=2.0)
