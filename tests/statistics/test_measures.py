"""Figures say how much they rest on; weights undo unequal choice of rows."""

from __future__ import annotations

import numpy as np
import pytest

from classward.statistics import measured_mean, measured_share, weighted_share


def test_nothing_measured_is_no_number() -> None:
    for nothing in (
        measured_share(0, 0),
        measured_mean(np.array([])),
        weighted_share(np.array([], dtype=bool), np.array([])),
    ):
        assert (nothing.value, nothing.n, nothing.interval) == (None, 0, None)


def test_equal_weights_are_a_plain_share() -> None:
    right = np.array([True, True, False, True])
    assert weighted_share(right, np.full(4, 12.0)) == measured_share(3, 4)


def test_weights_undo_that_errors_were_labelled_more_often() -> None:
    rng = np.random.default_rng(5)
    covered, plain, weighted = 0, [], []
    for _ in range(300):
        right = rng.random(2000) < 0.9
        chance = np.where(right, 0.1, 0.5)
        chosen = rng.random(2000) < chance
        figure = weighted_share(right[chosen], 1 / chance[chosen])
        assert figure.value is not None
        assert figure.interval is not None
        plain.append(right[chosen].mean())
        weighted.append(figure.value)
        covered += figure.interval.low <= 0.9 <= figure.interval.high
    assert np.mean(weighted) == pytest.approx(0.9, abs=0.005)
    assert np.mean(plain) < 0.7
    assert covered / 300 > 0.93
    assert figure.basis == "sampled"


def test_enormous_weights_do_not_overflow() -> None:
    figure = weighted_share(np.array([True, False]), np.array([1e308, 1e300]))
    assert figure.value == pytest.approx(1.0)
    assert figure.interval is not None
    assert figure.interval.low < 0.4


def test_mean_loss_is_never_below_zero() -> None:
    figure = measured_mean(np.array([0.0, 0.0, 0.9]))
    assert figure.interval is not None
    assert figure.interval.low == 0.0
