"""Typical terms need evidence."""

from __future__ import annotations

import numpy as np
import pytest

from classward.statistics import dirichlet_log_odds


def test_rare_terms_need_evidence_and_frequent_ones_win() -> None:
    first, second = np.array([60, 1, 200, 4]), np.array([5, 0, 210, 50])
    log_odds, z = dirichlet_log_odds(first, second, first + second)
    assert z[0] > 4 > 1.5 > z[1] > 0
    assert abs(z[2]) < abs(z[0])
    assert z[3] < -4
    assert np.sign(log_odds).tolist() == np.sign(z).tolist()


def test_is_the_published_formula() -> None:
    first, second = np.array([8, 12]), np.array([3, 17])
    prior = 10 * (first + second) / 40
    odds = [(c[0] + prior[0]) / (c[1] + prior[1]) for c in (first, second)]
    expected = np.log(odds[0] / odds[1])
    log_odds, z = dirichlet_log_odds(first, second, first + second)
    assert log_odds[0] == pytest.approx(expected)
    assert z[0] == pytest.approx(expected / np.sqrt(1 / (8 + prior[0]) + 1 / (3 + prior[0])))


def test_a_single_term_tells_nothing() -> None:
    log_odds, z = dirichlet_log_odds(np.array([4]), np.array([9]), np.array([13]))
    assert log_odds[0] == z[0] == 0.0
