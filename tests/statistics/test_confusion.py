"""Figures of a confusion matrix agree with scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from classward.statistics import (
    brier,
    confusion_counts,
    f1_per_class,
    log_losses,
    macro_f1,
    precision_per_class,
    recall_per_class,
    top_k_hits,
    weighted_f1,
)

N_CLASSES = 5
PAIRS = st.lists(st.tuples(st.integers(0, N_CLASSES - 1), st.integers(0, N_CLASSES - 1)), min_size=1, max_size=60)


@given(PAIRS)
def test_counts_and_scores_agree_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    y, predicted = np.array(pairs).T
    confusion = confusion_counts(y, predicted, N_CLASSES)
    assert (confusion == metrics.confusion_matrix(y, predicted, labels=range(N_CLASSES))).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = {"labels": range(N_CLASSES), "zero_division": 0.0}
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, predicted, **kept)
        assert macro_f1(confusion) == pytest.approx(metrics.f1_score(y, predicted, average="macro"))
        assert weighted_f1(confusion) == pytest.approx(metrics.f1_score(y, predicted, average="weighted"))
    for ours, theirs, n in (
        (recall_per_class(confusion), recall, confusion.sum(axis=1)),
        (precision_per_class(confusion), precision, confusion.sum(axis=0)),
        (f1_per_class(confusion), f1, confusion.sum(axis=0) + confusion.sum(axis=1)),
    ):
        for value, known, rows in zip(ours, theirs, n, strict=True):
            assert value is None if rows == 0 else value == pytest.approx(known)


def test_probability_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    proba, y = rng.dirichlet(np.ones(N_CLASSES), size=400), rng.integers(0, N_CLASSES, size=400)
    assert log_losses(proba, y).mean() == pytest.approx(metrics.log_loss(y, proba, labels=range(N_CLASSES)))
    assert brier(proba, y).mean() == pytest.approx(metrics.brier_score_loss(y, proba, scale_by_half=False))
    for k in (1, 3, 4):
        known = metrics.top_k_accuracy_score(y, proba, k=k, labels=range(N_CLASSES), normalize=False)
        assert top_k_hits(proba, y, k) == known
    assert top_k_hits(proba, y, 5) == 400


def test_certainty_is_finite_when_wrong_and_free_when_right() -> None:
    sure = np.array([[1.0, 0.0, 0.0]])
    assert log_losses(sure, np.array([1]))[0] == pytest.approx(34.54, abs=0.01)
    assert brier(sure, np.array([1]))[0] == 2.0
    assert log_losses(sure, np.array([0]))[0] == 0.0
    assert brier(sure, np.array([0]))[0] == 0.0


def test_no_rows() -> None:
    none = np.array([], dtype=np.int64)
    confusion = confusion_counts(none, none, 3)
    assert confusion.sum() == 0
    assert recall_per_class(confusion) == precision_per_class(confusion) == f1_per_class(confusion) == (None,) * 3
    assert macro_f1(confusion) == weighted_f1(confusion) == 0.0


@pytest.mark.parametrize(("y", "predicted"), [([0, 0], [3, 1]), ([-1, 0], [0, 0]), ([0], [0, 1])])
def test_numbers_outside_the_classes_are_never_counted_elsewhere(y: list[int], predicted: list[int]) -> None:
    with pytest.raises(ValueError, match=r"classes|within"):
        confusion_counts(np.array(y), np.array(predicted), 3)
