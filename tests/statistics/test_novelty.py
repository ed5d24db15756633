"""Strangeness scores and their weights."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from classward.statistics import fit_log_odds, novelty_names, novelty_scores


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def test_scores_by_hand() -> None:
    proba = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]])
    logits = np.array([[2.0, 1.0, 0.0], [-40.0, -50.0, -50.0]])
    made = novelty_scores(proba, [logits])
    assert made.shape == (2, len(novelty_names(1)))
    assert made[0, 0] == pytest.approx(np.log(0.3 / 0.7))
    assert made[0, 1] == pytest.approx(-(0.7 * np.log(0.7) + 0.2 * np.log(0.2) + 0.1 * np.log(0.1)))
    assert made[0, 2] == pytest.approx(np.log(0.2 / 0.7))
    assert made[0, 3] == -2.0
    assert made[0, 4] == pytest.approx(-np.log(np.exp([2, 1, 0]).sum()))
    assert np.isfinite(made).all()


def test_every_score_rises_with_strangeness() -> None:
    rng = np.random.default_rng(0)
    sure, unsure = rng.normal(size=(500, 8)), rng.normal(size=(500, 8))
    sure[:, 3] += 9
    known, new = (novelty_scores(softmax(z), [z]) for z in (sure, unsure))
    assert (new.mean(0) > known.mean(0)).all()


def test_weights_equal_scikit_learns() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 3))
    is_new = rng.random(400) < 1 / (1 + np.exp(-(x @ [1.5, -0.7, 0.0] - 1)))
    made = fit_log_odds(x, is_new, ridge=2.0)
    oracle = LogisticRegression(C=0.5, class_weight="balanced", tol=1e-10, max_iter=500).fit(x, is_new)
    np.testing.assert_allclose(made, [*oracle.coef_[0], oracle.intercept_[0]], atol=1e-3)


def test_sides_that_can_be_told_apart_perfectly_give_finite_weights() -> None:
    x = np.r_[np.full((20, 1), -5.0), np.full((20, 1), 5.0)]
    made = fit_log_odds(x, np.repeat([False, True], 20))
    assert np.isfinite(made).all()
    assert made[0] > 0.3


@pytest.mark.parametrize("is_new", [np.zeros(4, bool), np.ones(4, bool)])
def test_one_kind_alone_tells_nothing(is_new: np.ndarray) -> None:
    with pytest.raises(ValueError, match="tell nothing apart"):
        fit_log_odds(np.zeros((4, 1)), is_new)
