"""Calibration of each class is judged against chance, and few rows never look like a fault."""

from __future__ import annotations

import numpy as np
import pytest

from classward.statistics import ece_null
from classward.statistics.classwise_calibration import classwise_errors, ece_interval, equal_share_bins


def rows(n: int, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and labels drawn from them: a perfect model."""
    rng = np.random.default_rng(seed)
    proba = np.exp(3 * rng.normal(size=(n, k)))
    proba /= proba.sum(axis=1, keepdims=True)
    return proba, (proba.cumsum(axis=1) < rng.random(n)[:, None]).sum(axis=1).clip(0, k - 1)


def test_a_perfect_model_is_seldom_blamed_for_any_class() -> None:
    rng = np.random.default_rng(0)
    blamed = sum(
        (classwise_errors(*rows(600, 6, seed), rng=rng, n_draws=99).p_adjusted <= 0.05).any() for seed in range(40)
    )
    assert blamed <= 6


def test_the_null_is_what_labels_drawn_from_the_model_show() -> None:
    proba, _ = rows(500, 4, 1)
    rng = np.random.default_rng(1)
    found = classwise_errors(proba, _, rng=rng)
    drawn = [
        classwise_errors(
            proba, (proba.cumsum(axis=1) < rng.random(500)[:, None]).sum(axis=1).clip(0, 3), rng=rng, n_draws=2
        ).errors
        for _ in range(60)
    ]
    np.testing.assert_allclose(found.null_mean, np.mean(drawn, axis=0), rtol=0.15)


def test_the_class_whose_probability_is_doubled_is_named() -> None:
    proba, y = rows(3000, 5, 2)
    wrong = proba.copy()
    wrong[:, 2] *= 2
    wrong /= wrong.sum(axis=1, keepdims=True)
    found = classwise_errors(wrong, y, rng=np.random.default_rng(0))
    assert found.p_adjusted[2] <= 0.01
    assert found.errors.argmax() == 2
    assert found.mean_error > found.mean_null_p95


@pytest.mark.parametrize("shift", [0.0, 0.08])
def test_bounds_of_the_error_hold_the_true_one(shift: float) -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(40):
        confidence = np.clip(rng.beta(6, 1.5, 800), 0.2, 0.99)
        chance = confidence - shift
        right = rng.random(800) < chance
        null = ece_null(confidence, rng=rng, n_draws=60)
        assert null is not None
        _, low, high = ece_interval(confidence, right, null[1], rng=rng)
        held += low <= shift <= high
    assert held >= 34


def test_bins_of_equal_share_expect_equally_many_rows_of_the_class() -> None:
    own = np.random.default_rng(0).beta(0.3, 6, 5000)
    parts = equal_share_bins(own)
    assert len(parts) == 8
    assert sum(map(len, parts)) == 5000
    assert [own[b].sum() for b in parts] == pytest.approx([own.sum() / 8] * 8, rel=0.05)
    assert equal_share_bins(np.full(10, 0.1)) == []
