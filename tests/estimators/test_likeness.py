"""Kernel ridge: against the textbook formula, left-out scores against really leaving out, and the curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.estimators.likeness import LikenessSettings, _exact, _nystroem, fit_likeness
from classward.inference import ABSENT_LOGIT, Csr, Features, LikenessScorer, bend, log_softmax

N, D, K = 240, 5, 4


def rows(n: int = N, seed: int = 0) -> tuple[Features, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % K
    centres = np.random.default_rng(99).normal(size=(K, 2, D))  # two clusters a class: no line separates them
    dense = centres[y, rng.integers(0, 2, n)] + 0.5 * rng.normal(size=(n, D))
    return Features(n=n, dense=dense.astype(np.float32), sparse=Csr.empty(n)), y.astype(np.int64)


def fit(features: Features, y: np.ndarray, *, folds: int = 5, **settings: object):  # type: ignore[no-untyped-def]
    return fit_likeness(
        features, y, n_classes=K, settings=LikenessSettings(**settings),  # type: ignore[arg-type]
        fold=np.arange(features.n) // 3 % folds, rng=np.random.default_rng(1),
    )  # fmt: skip


def test_scores_equal_the_textbook_formula() -> None:
    features, y = rows()
    made = fit(features, y, ridge=0.3, sharpness=2.0)
    x = features.dense.astype(np.float64)
    usual = 2 * ((x - x.mean(0)) ** 2).sum() / N
    fresh, _ = rows(40, seed=7)
    distance = ((fresh.dense[:, None].astype(np.float64) - x[None]) ** 2).sum(-1)
    within = ((x[:, None] - x[None]) ** 2).sum(-1)
    target = 2.0 * np.eye(K)[y] - 1.0
    alpha = np.linalg.solve(np.exp(-2 * within / usual) + 0.3 * np.eye(N), target - target.mean(0))
    sums = np.exp(-2 * distance / usual) @ alpha + target.mean(0)
    wanted = bend(sums, made.scorer.curve, np.zeros(K, bool))
    np.testing.assert_allclose(made.scorer.logits(fresh), wanted, atol=2e-3)


@pytest.mark.parametrize("most_support", [N, 150])
def test_left_out_sums_equal_those_of_a_regression_without_the_fold(most_support: int) -> None:
    features, y = rows()
    fold, ridge = np.arange(N) // 3 % 5, 0.2
    x = (features.dense - features.dense.mean(0)).astype(np.float32)
    target = (2.0 * np.eye(K)[y] - 1.0).astype(np.float32)
    kept = np.arange(N) if most_support == N else np.sort(np.random.default_rng(0).permutation(N)[:most_support])
    weights, sums = (_exact if most_support == N else _nystroem)(x, kept, target, ridge, fold)
    like = np.exp(-((x[:, None].astype(np.float64) - x[None, kept]) ** 2).sum(-1))
    root = np.linalg.cholesky(like[kept] + 1e-3 * np.eye(len(kept)))
    basis = np.linalg.solve(root, like.T).T
    for held in range(5):
        out, rest = fold == held, fold != held
        if most_support == N:
            alpha = np.linalg.solve(like[np.ix_(rest, rest)] + ridge * np.eye(int(rest.sum())), target[rest])
            wanted = like[np.ix_(out, rest)] @ alpha
        else:
            inner = np.linalg.solve(
                basis[rest].T @ basis[rest] + ridge * np.eye(len(kept)), basis[rest].T @ target[rest]
            )
            wanted = basis[out] @ inner
        np.testing.assert_allclose(sums[out], wanted, atol=2e-3)
    assert np.abs(like @ weights - sums).mean() > 0.01  # what it was fitted on would look better than it is


@pytest.mark.parametrize("most_support", [N, 150])
def test_left_out_scores_tell_what_fresh_rows_will_show(most_support: int) -> None:
    features, y = rows()
    made = fit(features, y, most_support=most_support)
    fresh, y_fresh = rows(3000, seed=8)
    expected = (made.left_out.argmax(1) == y).mean()
    assert abs((made.scorer.logits(fresh).argmax(1) == y_fresh).mean() - expected) < 0.05
    loss = -log_softmax(made.left_out)[np.arange(N), y].mean()
    assert abs(-log_softmax(made.scorer.logits(fresh))[np.arange(3000), y_fresh].mean() - loss) < 0.15


def test_support_is_bounded_and_costs_little() -> None:
    features, y = rows(600)
    fresh, y_fresh = rows(1000, seed=8)
    full, small = fit(features, y), fit(features, y, most_support=150)
    assert len(small.scorer.support) == 150
    right = [(m.scorer.logits(fresh).argmax(1) == y_fresh).mean() for m in (full, small)]
    assert right[0] > 0.8
    assert right[1] > right[0] - 0.03


def test_missing_numbers_count_as_the_mean_and_absent_classes_stay_away() -> None:
    features, y = rows()
    y = np.where(y == 3, 0, y)
    made = fit(features, y)
    blank = Features(n=1, dense=np.full((1, D), np.nan, np.float32), sparse=Csr.empty(1))
    logits = made.scorer.logits(blank)
    assert logits[0, 3] == ABSENT_LOGIT
    assert np.isfinite(logits).all()
    at_mean = Features(n=1, dense=made.scorer.mean[None].astype(np.float32), sparse=Csr.empty(1))
    np.testing.assert_allclose(made.scorer.logits(at_mean), logits, atol=1e-5)


def test_the_curve_never_turns_back() -> None:
    sums = np.linspace(-3, 3, 500)[:, None]
    scorer = fit(*rows()).scorer
    assert (np.diff(bend(sums, scorer.curve, np.zeros(1, bool))[:, 0]) > 0).all()
    with pytest.raises(ValueError, match="do not fit"):
        replace(scorer, curve=np.array([-1.0, 1.0, 0.0]))
    with pytest.raises(ValueError, match="do not fit"):
        replace(scorer, weights=scorer.weights[:-1])


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    scorer: LikenessScorer = fit(*rows()).scorer
    fresh, _ = rows(50, seed=4)
    together = scorer.logits(fresh)
    for i in range(0, 50, 7):
        alone = Features(n=1, dense=fresh.dense[i : i + 1], sparse=Csr.empty(1))
        np.testing.assert_allclose(scorer.logits(alone)[0], together[i], rtol=1e-3, atol=1e-3)
