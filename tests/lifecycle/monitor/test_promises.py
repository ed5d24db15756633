"""A promise held against labels, at every look."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from classward.domain import SLO
from classward.lifecycle.monitor import slo_state

PROMISE = SLO(indicator="recall", class_name="security", target=0.8)


@pytest.mark.parametrize(
    ("n_correct", "n", "state"),
    [
        (190, 200, "met"),
        (110, 200, "breached"),
        (165, 200, "not enough evidence"),
        (19, 19, "not enough evidence"),
        (0, 19, "not enough evidence"),
        (0, 20, "breached"),
        (60, 60, "met"),
    ],
)
def test_states(n_correct: int, n: int, state: str) -> None:
    found = slo_state(PROMISE, n=n, n_correct=n_correct, alpha=0.01)
    assert found.state == state
    assert found.evidence.value == n_correct / n
    assert found.evidence.n == n
    assert (found.error_rate, found.target, found.class_name) == (0.01, 0.8, "security")
    assert (found.n_more is None) == (state != "not enough evidence")


def test_no_label_is_never_success() -> None:
    found = slo_state(SLO(indicator="recall", class_name="a", target=0.0), n=0, n_correct=0, alpha=0.01)
    assert (found.state, found.evidence.value, found.evidence.interval, found.n_more) == (
        "not enough evidence", None, None, None,
    )  # fmt: skip


def test_fewest_labels_are_waited_for() -> None:
    strict = SLO(indicator="recall", class_name="a", target=0.5, min_labels=100)
    found = slo_state(strict, n=60, n_correct=60, alpha=0.05)
    assert (found.state, found.n_more) == ("not enough evidence", 40)


def test_on_the_target_no_number_of_labels_is_promised() -> None:
    assert slo_state(PROMISE, n=100, n_correct=80, alpha=0.01).n_more is None
    assert slo_state(PROMISE, n=10, n_correct=8, alpha=0.01).n_more is None


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_labels_announced_lead_to_a_verdict_at_the_same_rate(counts: tuple[int, int]) -> None:
    n_correct, n = counts
    found = slo_state(PROMISE, n=n, n_correct=n_correct, alpha=0.01)
    if found.n_more is not None:
        total = n + found.n_more
        again = slo_state(PROMISE, n=total, n_correct=round(n_correct / n * total), alpha=0.01)
        assert again.state != "not enough evidence"


@pytest.mark.parametrize(("rate", "wrong"), [(0.8, "breached"), (0.799, "met"), (0.9, "breached"), (0.6, "met")])
def test_wrong_verdicts_over_all_looks_stay_within_the_error_rate(rate: float, wrong: str) -> None:
    rng = np.random.default_rng(round(rate * 1000))
    runs, alpha, n_wrong = 150, 0.1, 0
    looks = [20, 27, 36, 50, 67, 90, 120, 160, 220, 300, 400]
    for _ in range(runs):
        right = np.cumsum(rng.random(looks[-1]) < rate)
        states = {slo_state(PROMISE, n=n, n_correct=int(right[n - 1]), alpha=alpha).state for n in looks}
        n_wrong += wrong in states
    assert n_wrong <= stats.binom.ppf(1 - 1e-6, runs, alpha)


def test_a_bad_class_is_found() -> None:
    rng = np.random.default_rng(0)
    found = [slo_state(PROMISE, n=200, n_correct=int(rng.binomial(200, 0.55)), alpha=0.01).state for _ in range(50)]
    assert found.count("breached") >= 48
