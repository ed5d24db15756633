"""Slope and bias make log-odds honest."""

from __future__ import annotations

import numpy as np
import pytest

from classward.estimators import fit_binary_scaling


def test_bold_and_shifted_scores_are_repaired() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(-2.0, 2.0, 20_000)
    is_yes = rng.random(20_000) < 1.0 / (1.0 + np.exp(-odds))
    slope, bias = fit_binary_scaling(3.0 * odds + 4.0, is_yes)
    assert slope == pytest.approx(1 / 3, abs=0.02)
    assert bias == pytest.approx(-4 / 3, abs=0.1)


def test_little_evidence_moves_little_and_one_side_alone_nothing() -> None:
    assert fit_binary_scaling(np.array([1.0, 2.0]), np.array([True, True])) == (1.0, 0.0)
    slope, bias = fit_binary_scaling(np.array([2.0, -2.0]), np.array([True, False]))
    assert abs(slope - 1.0) < 1.0
    assert abs(bias) < 0.5


def test_scores_that_point_the_wrong_way_are_flattened_never_turned_round() -> None:
    rng = np.random.default_rng(0)
    is_yes = rng.random(500) < 0.5
    slope, _ = fit_binary_scaling(np.where(is_yes, -1.0, 1.0) + rng.normal(size=500), is_yes)
    assert 0.0 < slope <= 1e-3
