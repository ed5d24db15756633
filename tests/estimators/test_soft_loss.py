"""Losses at their limits, and what they do to fits."""

from __future__ import annotations

import numpy as np
import pytest

from classward.estimators import (
    LinearSettings,
    NetworkSettings,
    SoftLoss,
    TreeSettings,
    fit_linear,
    fit_network,
    fit_trees,
    spread,
)
from classward.estimators.patience import Patience
from classward.inference import Csr, Features, log_softmax, softmax

EXTREME = np.array(
    [[1e300, 0.0, -1e300], [-1e300, -1e300, -1e300], [800.0, 799.0, -800.0], [1e-320, 0.0, 0.0], [0.0] * 3]
)


def as_features(dense: np.ndarray) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=Csr.empty(len(dense)))


def table(n: int = 400, flip: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of three classes in a plane, true classes, and labels of which a share was flipped."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    dense = np.array([[0, 0], [3, 0], [0, 3]])[y] + rng.normal(size=(n, 2))
    wrong = rng.random(n) < flip
    return dense, y, np.where(wrong, (y + 1) % 3, y)


def test_softmax_of_extreme_logits_sums_to_one_and_its_logarithm_agrees() -> None:
    proba, logs = softmax(EXTREME), log_softmax(EXTREME)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert np.isfinite(proba).all()
    assert not np.isnan(logs).any()
    np.testing.assert_array_equal(proba[1], np.full(3, 1 / 3))
    known = proba > 0
    np.testing.assert_allclose(np.exp(logs[known]), proba[known])


@pytest.mark.parametrize("robustness", [0.0, 0.5, 0.7])
def test_losses_and_pulls_stay_finite_at_extreme_logits(robustness: float) -> None:
    logits = np.array([[700.0, 0.0, -700.0], [-1e6, 1e6, 0.0], [0.0, 0.0, 0.0]])
    losses, pull = SoftLoss(robustness=robustness).value_and_pull(logits, spread(np.array([2, 0, 1]), 3, 0.0))
    assert np.isfinite(losses).all()
    assert (losses >= 0.0).all()
    assert (np.abs(pull) <= 1.0).all()
    np.testing.assert_allclose(pull.sum(axis=1), 0.0, atol=1e-6)


@pytest.mark.parametrize("robustness", [0.0, 0.7])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_pull_is_the_slope_of_the_loss(robustness: float, smoothing: float) -> None:
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(5, 4)), spread(rng.integers(0, 4, 5), 4, smoothing)
    loss, step = SoftLoss(robustness=robustness), 1e-6
    _, pull = loss.value_and_pull(logits, targets)
    for j in range(4):
        moved = logits.copy()
        moved[:, j] += step
        slope = (loss.value_and_pull(moved, targets)[0] - loss.value_and_pull(logits, targets)[0]) / step
        np.testing.assert_allclose(pull[:, j], slope, atol=1e-5)


def test_smoothed_targets_sum_to_one() -> None:
    np.testing.assert_allclose(spread(np.array([0, 2]), 4, 0.2), [[0.85, 0.05, 0.05, 0.05], [0.05, 0.05, 0.85, 0.05]])


def test_softmax_without_smoothing_is_logistic_regression() -> None:
    dense, _, y = table()
    ours = fit_linear(
        as_features(dense), y, n_classes=3, settings=LinearSettings(solver="softmax", c=0.5, iterations=500), seed=0
    )
    theirs = fit_linear(as_features(dense), y, n_classes=3, settings=LinearSettings(solver="logistic", c=0.5), seed=0)
    np.testing.assert_allclose(
        softmax(ours.logits(as_features(dense))), softmax(theirs.logits(as_features(dense))), atol=2e-3
    )


def test_smoothing_makes_answers_less_sure() -> None:
    dense, _, y = table()
    sure = [
        softmax(
            fit_linear(
                as_features(dense), y, n_classes=3, seed=0,
                settings=LinearSettings(solver="softmax", c=10.0, smoothing=smoothing),
            ).logits(as_features(dense))
        ).max(axis=1).mean()
        for smoothing in (0.0, 0.1, 0.3)
    ]  # fmt: skip
    assert sure[0] > sure[1] > sure[2]


def test_smoothing_is_refused_where_the_loss_cannot_take_it() -> None:
    dense, _, y = table(60)
    with pytest.raises(ValueError, match="softmax"):
        fit_linear(as_features(dense), y, n_classes=3, settings=LinearSettings(smoothing=0.1), seed=0)


def test_a_robust_loss_learns_the_true_classes_better_from_flipped_labels() -> None:
    dense, truth, y = table(1200, flip=0.35)
    rows = as_features(np.concatenate([dense, np.random.default_rng(1).normal(size=(1200, 20))], axis=1))
    right = []
    for robustness in (0.0, 0.7):
        scorer = fit_trees(
            rows, y, n_classes=3, seed=0, n_threads=1, should_stop=lambda: False,
            settings=TreeSettings(iterations=60, leaves=15, patience=60, robustness=robustness),
        )  # fmt: skip
        right.append((scorer.logits(rows).argmax(axis=1) == truth).mean())
    assert right[1] > right[0]


@pytest.mark.parametrize(
    "settings", [NetworkSettings(epochs=30, smoothing=0.1), NetworkSettings(epochs=30, robustness=0.7)]
)
def test_soft_networks_learn_and_are_repeatable(settings: NetworkSettings) -> None:
    dense, _, y = table()
    first, again = (
        fit_network(as_features(dense), y, n_classes=3, settings=settings, seed=3, should_stop=lambda: False)
        for _ in range(2)
    )
    logits = first.logits(as_features(dense))
    assert (logits.argmax(axis=1) == y).mean() > 0.85
    np.testing.assert_array_equal(logits, again.logits(as_features(dense)))


def test_patience_on_noisy_figures_waits_for_the_steadied_mean() -> None:
    rng = np.random.default_rng(0)
    figures = np.minimum(np.arange(60) / 40, 1.0) + rng.normal(scale=0.15, size=60)
    kept = []
    for steadied in (1, 8):
        seen = Patience(patience=5, steadied=steadied)
        for figure in figures:
            seen.saw(float(figure))
            if seen.is_over:
                break
        kept.append(seen.stop.chosen)
    assert kept[0] < kept[1]  # the raw figure stops at a lucky step
    assert kept[1] >= 35


def test_the_kept_step_is_told() -> None:
    dense, _, y = table()
    told = []
    fit_network(
        as_features(dense),
        y,
        n_classes=3,
        settings=NetworkSettings(epochs=20),
        seed=0,
        should_stop=lambda: False,
        noted=told.append,
    )
    scorer = fit_trees(
        as_features(dense), y, n_classes=3, settings=TreeSettings(iterations=40, patience=3), seed=0, n_threads=1,
        should_stop=lambda: False, noted=told.append,
    )  # fmt: skip
    assert len(told) == 2
    assert told[1].chosen == scorer.n_rounds
    assert all(1 <= stop.chosen <= stop.made for stop in told)
