"""Bets on pairs: rarely won while the null is true, however often one looks; soon won when it is not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from classward.domain import PairTally
from classward.statistics import evidence_of_loss, evidence_of_no_loss, pairs_needed

RUNS, LABELS, ALPHA = 200, 400, 0.05
MOST = int(stats.binom.ppf(1 - 1e-5, RUNS, ALPHA))


def share_ever(lost: float, won: float, *, is_loss: bool, margin: float = 0.05, every: int = 10) -> int:
    """Runs in which the evidence ever reached its level, looking after every ten labels."""
    rng, n = np.random.default_rng(3), 0
    for _ in range(RUNS):
        drawn = rng.multinomial(every, [lost, 1 - lost - won, won], size=LABELS // every).cumsum(axis=0)
        for a, b, c in drawn.tolist():
            tally = [PairTally(n_lost=a, n_same=b, n_won=c)]
            found = evidence_of_loss(tally) if is_loss else evidence_of_no_loss(tally, margin=margin)
            if found >= math.log(1 / ALPHA):
                n += 1
                break
    return n


def test_false_alarms_are_as_rare_as_promised() -> None:
    assert share_ever(0.1, 0.1, is_loss=True) <= MOST
    assert share_ever(0.08, 0.03, is_loss=False) <= MOST


def test_power() -> None:
    assert share_ever(0.18, 0.03, is_loss=True) >= 0.99 * RUNS
    assert share_ever(0.01, 0.01, is_loss=False) >= 0.9 * RUNS


@given(st.integers(0, 500), st.integers(0, 5000), st.integers(0, 500))
def test_order_and_division_do_not_matter_and_more_losses_are_more_evidence(lost: int, same: int, won: int) -> None:
    whole = [PairTally(n_lost=lost, n_same=same, n_won=won)]
    split = [PairTally(n_lost=lost), PairTally(n_same=same), PairTally(n_won=won)]
    assert evidence_of_loss(whole) == pytest.approx(evidence_of_loss(split))
    more = [PairTally(n_lost=lost + 1, n_same=same, n_won=won)]
    assert evidence_of_loss(more) > evidence_of_loss(whole)
    assert evidence_of_no_loss(more, margin=0.05) < evidence_of_no_loss(whole, margin=0.05)


def test_weights_count_in_proportion_and_heavier_rows_are_left_out() -> None:
    light = evidence_of_loss([PairTally(weight=1.0, n_lost=30)], most_weight=10.0)
    heavy = evidence_of_loss([PairTally(weight=10.0, n_lost=30)], most_weight=10.0)
    assert 0 < light < heavy
    assert evidence_of_loss([PairTally(weight=2.0, n_lost=30)], most_weight=1.0) == pytest.approx(0.0)


def test_labels_needed_shrink_as_they_come_and_have_no_answer_for_a_loser() -> None:
    level = math.log(100)
    needed = [pairs_needed([PairTally(n_lost=k, n_same=98 * k, n_won=k)], margin=0.05, level=level) for k in range(6)]
    assert all(a > b for a, b in itertools.pairwise(needed) if b)  # type: ignore[operator]
    assert pairs_needed([PairTally(n_same=1000)], margin=0.05, level=level) == 0
    assert pairs_needed([PairTally(n_lost=150, n_same=850)], margin=0.05, level=level) is None
