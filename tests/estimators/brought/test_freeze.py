"""What is brought answers with NumPy as its own library does, on rows it never saw."""

from __future__ import annotations

import json
from typing import Any

import lightgbm
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

from classward.errors import DataError, UsageError
from classward.estimators import brought_instance, fit_brought
from classward.estimators.brought.freeze import CONVERTERS, freeze
from classward.estimators.brought.named import build
from classward.estimators.brought.taught import Taught
from classward.inference import ABSENT_LOGIT, Csr, Features, softmax

WITH_PROBA = [
    LogisticRegression(C=2.0, max_iter=300),
    LinearDiscriminantAnalysis(),
    SGDClassifier(loss="log_loss", max_iter=50),
    RandomForestClassifier(40, class_weight="balanced"),
    ExtraTreesClassifier(40, max_depth=4),
    DecisionTreeClassifier(max_leaf_nodes=9),
    GradientBoostingClassifier(n_estimators=10),
    HistGradientBoostingClassifier(max_iter=12, min_samples_leaf=5),
    lightgbm.LGBMClassifier(n_estimators=12, verbosity=-1, min_child_samples=5),
    MLPClassifier((12, 7), activation="tanh", max_iter=60),
    MLPClassifier((9,), activation="logistic", max_iter=60),
    MLPClassifier((9,), activation="relu", max_iter=60),
    GaussianNB(),
    KNeighborsClassifier(7),
    KNeighborsClassifier(5, weights="distance", p=1),
]
WITH_SCORES = [RidgeClassifier(), LinearSVC(C=0.5), Perceptron(), SGDClassifier(max_iter=50)]
_FLOORED = ("Forest", "Trees", "Tree", "KNeighbors")


def rows_of(n_classes: int, seed: int = 0, n: int = 240) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 5)).astype(np.float32)
    rows[:, 4] = rng.integers(0, 3, n)
    y = np.digitize(rows[:, 0] + rows[:, 1] ** 2 + rng.normal(size=n) / 3, np.linspace(0, 2, n_classes - 1))
    return rows, y


def as_features(rows: np.ndarray) -> Features:
    return Features(n=len(rows), dense=rows.astype(np.float32), sparse=Csr.empty(len(rows)))


def fit(model: Any, rows: np.ndarray, y: np.ndarray, n_classes: int) -> Any:
    return fit_brought(as_features(rows), y, n_classes=n_classes, settings=brought_instance(model), seed=3, n_threads=1)


def theirs_of(model: Any, rows: np.ndarray, y: np.ndarray) -> Any:
    """The estimator itself, made and fitted as the library's user would."""
    return build(brought_instance(model), seed=3, n_threads=1).fit(rows.astype(np.float64), y)


@pytest.mark.parametrize("model", WITH_PROBA, ids=str)
@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_probabilities_are_the_library_s_on_new_rows(model: Any, n_classes: int) -> None:
    rows, y = rows_of(n_classes)
    new, _ = rows_of(n_classes, seed=1)
    want = theirs_of(model, rows, y).predict_proba(new.astype(np.float64))
    got = softmax(fit(model, rows, y, n_classes).logits(as_features(new)))
    if any(name in type(model).__name__ for name in _FLOORED):  # a thousandth goes to all classes alike
        got = (got - 1e-3 / n_classes) / (1.0 - 1e-3)
    np.testing.assert_allclose(got, want, atol=1e-6)


@pytest.mark.parametrize("model", WITH_SCORES, ids=str)
@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scores_are_the_library_s_on_new_rows(model: Any, n_classes: int) -> None:
    rows, y = rows_of(n_classes)
    new, _ = rows_of(n_classes, seed=1)
    want = theirs_of(model, rows, y).decision_function(new.astype(np.float64))
    got = fit(model, rows, y, n_classes).logits(as_features(new))
    np.testing.assert_allclose(got[:, 1] - got[:, 0] if n_classes == 2 else got, want, atol=1e-5)


@pytest.mark.parametrize("model", [SVC(C=3.0), NuSVC(nu=0.1, gamma="auto")], ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_kernel_machines_give_the_library_s_margins(model: Any, n_classes: int) -> None:
    rows, y = rows_of(n_classes)
    new, _ = rows_of(n_classes, seed=1)
    own = theirs_of(model, rows, y)
    own.decision_function_shape = "ovo"
    want = own.decision_function(new.astype(np.float64))
    first, second = np.triu_indices(n_classes, 1)
    scorer = fit(model, rows, y, n_classes)
    got = scorer.margins(new.astype(np.float64))[:, first, second]
    np.testing.assert_allclose(-got[:, 0] if n_classes == 2 else got, want, atol=1e-6)
    assert (scorer.logits(as_features(new)).argmax(axis=1) == own.predict(new.astype(np.float64))).mean() > 0.97


@pytest.mark.parametrize("model", [*WITH_PROBA, *WITH_SCORES, SVC()], ids=str)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_classes_without_a_row_are_answered_last(model: Any) -> None:
    rows, y = load_wine(return_X_y=True)
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    logits = fit(model, rows, np.array([1, 3, 4])[y], 6).logits(as_features(rows))
    assert (logits[:, [0, 2, 5]] == ABSENT_LOGIT).all()
    assert (logits.argmax(axis=1) == np.array([1, 3, 4])[y]).mean() > 0.6


def test_the_same_seed_gives_the_same_and_a_given_seed_is_kept() -> None:
    rows, y = rows_of(3)
    one, two = (fit(RandomForestClassifier(5), rows, y, 3) for _ in range(2))
    np.testing.assert_array_equal(one.threshold, two.threshold)
    assert build(brought_instance(RandomForestClassifier(5)), seed=3, n_threads=2).n_jobs == 2
    assert build(brought_instance(RandomForestClassifier(random_state=8)), seed=3, n_threads=2).random_state == 8


def test_real_digits_by_neighbours_one_row_as_many() -> None:
    rows, y = load_digits(return_X_y=True)
    scorer = fit(KNeighborsClassifier(5), rows[::2], y[::2], 10)
    logits = scorer.logits(as_features(rows[1::2]))
    assert (logits.argmax(axis=1) == y[1::2]).mean() > 0.97
    for i in (0, 17, 400):
        np.testing.assert_allclose(scorer.logits(as_features(rows[[2 * i + 1]]))[0], logits[i], atol=1e-12)


def test_neighbours_equally_far_share_the_vote_whatever_their_order() -> None:
    rows = np.repeat(np.array([[0.0], [1.0], [5.0]], dtype=np.float32), 4, axis=0)
    y = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(30, 1)).astype(np.float32) + 5  # something to prove on
    rows, y = np.concatenate([rows, noise]), np.concatenate([y, np.full(30, 2)])
    order = rng.permutation(len(rows))
    new = as_features(np.array([[0.0], [0.4]], dtype=np.float32))
    one = fit(KNeighborsClassifier(3), rows, y, 3).logits(new)
    two = fit(KNeighborsClassifier(3), rows[order], y[order], 3).logits(new)
    np.testing.assert_allclose(one, two)
    np.testing.assert_allclose(np.exp(one[0])[:2], [0.75, 0.25], atol=2e-3)


class Louder(RandomForestClassifier):
    """A subclass with answers of its own."""

    def predict_proba(self, X: Any) -> Any:
        proba = super().predict_proba(X) ** 2
        return proba / proba.sum(axis=1, keepdims=True)


class Stubborn(ClassifierMixin, BaseEstimator):
    """Fits, but nobody knows how to freeze it."""

    def fit(self, X: Any, y: Any) -> Stubborn:
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: Any) -> Any:
        return np.full((len(X), len(self.classes_)), 1.0 / len(self.classes_))


def test_an_estimator_that_answers_otherwise_is_refused_not_approximated() -> None:
    rows, y = rows_of(3)
    with pytest.raises(DataError, match=r"CW345(.|\n)*differ by up to"):
        fit(Louder(20), rows, y, 3)


@pytest.mark.parametrize("model", [Stubborn(), BaggingClassifier()], ids=str)
def test_what_cannot_be_frozen_says_what_can(model: Any) -> None:
    with pytest.raises(DataError, match=r"CW343(.|\n)*RandomForestClassifier"):
        brought_instance(model)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (SVC(kernel="poly"), "kernel='rbf'"),
        (KNeighborsClassifier(metric="chebyshev"), "Manhattan"),
        (SGDClassifier(loss="modified_huber"), "differ"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_repeated_are_refused(model: Any, words: str) -> None:
    rows, y = rows_of(3)
    with pytest.raises(DataError, match=rf"CW345(.|\n)*{words}"):
        fit(model, rows, y, 3)


def test_a_failing_estimator_is_an_outcome_with_its_reason() -> None:
    rows, y = rows_of(3)
    with pytest.raises(DataError, match=r"CW344(.|\n)*n_estimators"):
        fit(RandomForestClassifier(-5), rows, y, 3)


def test_a_conversion_with_a_wrong_number_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, y = rows_of(3)
    model = LogisticRegression().fit(rows, y)
    taught = Taught(rows=rows.astype(np.float64), code=y, present=np.arange(3), n_classes=3)
    freeze(model, taught)
    honest = CONVERTERS[LogisticRegression]
    changed = LogisticRegression().fit(rows, y)
    changed.coef_[0, 0] += 1e-4

    def wrong(_: Any, taught: Taught) -> Any:
        return type(honest(model, taught))(
            scorer=honest(changed, taught).scorer,
            ours=honest(changed, taught).ours,
            theirs=honest(model, taught).theirs,
        )

    monkeypatch.setattr("classward.estimators.brought.freeze.CONVERTERS", {**CONVERTERS, LogisticRegression: wrong})
    with pytest.raises(DataError, match="CW345"):
        freeze(model, taught)


def test_json_settings_are_remembered_without_defaults() -> None:
    settings = brought_instance(MLPClassifier(hidden_layer_sizes=(4, 2), alpha=0.1))
    assert settings.estimator == "sklearn.neural_network:MLPClassifier"
    assert json.loads(settings.settings) == {"alpha": 0.1, "hidden_layer_sizes": [4, 2]}
    with pytest.raises(UsageError, match=r"CW342(.|\n)*RandomState"):
        brought_instance(RandomForestClassifier(random_state=np.random.RandomState(0)))
