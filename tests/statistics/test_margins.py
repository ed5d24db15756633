"""Figures from margins agree with scikit-learn; draws keep n and centre on the sample."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from classward.statistics import confusion_counts, draw_margins, margins_of


def rows(n: int = 600, k: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.choice(k, size=n, p=np.array([0.4, 0.3, 0.2, 0.08, 0.02]))
    return y, np.where(rng.random(n) < 0.75, y, rng.integers(0, k, n))


def test_figures_agree_with_scikit_learn() -> None:
    y, predicted = rows()
    found = margins_of(confusion_counts(y, predicted, 5), 1 - np.eye(5)).all_figures()
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(y, predicted))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(y, predicted, average="macro"))
    assert found["weighted_f1"] == pytest.approx(metrics.f1_score(y, predicted, average="weighted"))
    assert found["matthews_corrcoef"] == pytest.approx(metrics.matthews_corrcoef(y, predicted))
    assert found["cohen_kappa"] == pytest.approx(metrics.cohen_kappa_score(y, predicted))
    assert found["mean_cost"] == pytest.approx(np.mean(y != predicted))


def test_draws_keep_n_and_centre_on_the_sample() -> None:
    y, predicted = rows()
    confusion = confusion_counts(y, predicted, 5)
    cost = np.arange(25.0).reshape(5, 5)
    drawn = list(draw_margins(confusion, cost, rng=np.random.default_rng(1), n_draws=400))
    n = np.concatenate([m.n for m in drawn])
    assert (n == 600).all()
    hits = np.concatenate([m.hits for m in drawn])
    assert hits.mean(axis=0) == pytest.approx(np.diag(confusion), abs=2.5)
    for axis, part in ((1, "true"), (0, "called")):
        margin = np.concatenate([getattr(m, part) for m in drawn]).mean(axis=0)
        assert margin == pytest.approx(confusion.sum(axis=axis), abs=3)
    costs = np.concatenate([m.mean_cost() for m in drawn])
    assert costs.mean() == pytest.approx((confusion * cost).sum() / 600, rel=0.02)


def test_classes_without_rows_and_one_answer_for_all() -> None:
    confusion = np.array([[5, 0, 0], [3, 0, 0], [0, 0, 0]])
    found = margins_of(confusion, 1 - np.eye(3)).all_figures()
    assert found["balanced_accuracy"] == 0.5
    assert found["matthews_corrcoef"] == found["cohen_kappa"] == 0.0
    assert margins_of(confusion, np.zeros((3, 3))).worst_class_recall() == 0.0


def test_many_classes_come_in_chunks() -> None:
    confusion = np.random.default_rng(0).integers(0, 4, (150, 150))
    drawn = list(draw_margins(confusion, 1 - np.eye(150), rng=np.random.default_rng(0), n_draws=200))
    assert len(drawn) > 1
    assert sum(len(m.n) for m in drawn) == 200
