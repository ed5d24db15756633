"""The portfolio as a scikit-learn estimator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from classward_project import tickets
from sklearn.datasets import load_wine
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from classward import Classifier
from classward.artifact.read import read_bundle
from classward.errors import DataError, LeakWarning, NotMulticlass, UsageError, WrongType


class Quick(Classifier):
    """Small enough for tests."""

    def __init__(self, budget: str = "2s", *, random_state: Any = 0, n_jobs: int | None = 1) -> None:
        super().__init__(budget, random_state=random_state, n_jobs=n_jobs)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@parametrize_with_checks(
    [
        Classifier("2s", n_jobs=1),
        Classifier("2s", estimators=[GaussianNB()], n_jobs=1),
        Classifier("2s", frame="one-vs-rest", n_jobs=1),
    ]
)
def test_scikit_learns_own_checks(estimator: Classifier, check: Any) -> None:
    check(estimator)


def test_text_categories_numbers_dates_and_holes_in_one_frame(tmp_path: Path) -> None:
    table, new = tickets(300, seed=1), tickets(100, seed=2)
    X, y = table.drop("team"), table["team"].to_numpy()
    classifier = Quick().fit(X, y)
    assert {f.kind for f in classifier.schema_.features} >= {"text", "numeric"}
    proba = classifier.predict_proba(new.drop("team"))
    assert proba.shape == (100, len(classifier.classes_))
    assert proba.sum(axis=1) == pytest.approx(np.ones(100))
    assert (classifier.predict(new.drop("team")) == new["team"].to_numpy()).mean() > 0.9
    restored = read_bundle(tmp_path, expected_hash=classifier.export(tmp_path)).model
    columns, n = classifier._columns(new.drop("team"))
    np.testing.assert_allclose(restored.predict_proba(columns, n).matrix, proba, rtol=1e-12)


def test_a_list_of_texts_is_enough() -> None:
    texts = ["refund my order", "card was lost", "app crashes daily"] * 10
    classifier = Quick().fit(texts, ["refund", "card", "bug"] * 10)
    assert list(classifier.predict(["I lost the card", "it crashes"])) == ["card", "bug"]


def test_it_works_in_pipelines_searches_and_cross_validation() -> None:
    X, y = load_wine(return_X_y=True)
    assert cross_val_score(make_pipeline(StandardScaler(), Quick()), X, y, cv=3).mean() > 0.9
    search = GridSearchCV(Quick(), {"random_state": [0, 1]}, cv=2).fit(X, y)
    assert search.best_score_ > 0.9


def test_estimators_brought_in_are_blended_and_stored_without_pickle(tmp_path: Path) -> None:
    table, new = tickets(300, seed=1), tickets(100, seed=2)
    X, y = table.drop("team", "text"), table["team"].to_numpy()
    brought = [RandomForestClassifier(60, min_samples_leaf=4), GaussianNB(), KNeighborsClassifier(15)]
    classifier = Classifier("4s", estimators=brought, n_jobs=1).fit(X, y)
    found = {c.recipe.title: c for c in classifier.candidates_ if c.recipe.family == "brought"}
    assert set(found) == {"brought RandomForestClassifier", "brought GaussianNB", "brought KNeighborsClassifier"}
    assert all(not c.failure and c.calibrator and c.n_calibration for c in found.values())
    assert sum(c.weight for c in found.values()) > 0.1
    assert not hasattr(brought[0], "estimators_")
    restored = read_bundle(tmp_path, expected_hash=classifier.export(tmp_path)).model
    assert {p.suffix for p in tmp_path.rglob("*.*")} <= {".json", ".npy"}
    columns, n = classifier._columns(new.drop("team", "text"))
    want = classifier.predict_proba(new.drop("team", "text"))
    np.testing.assert_allclose(restored.predict_proba(columns, n).matrix, want, rtol=1e-12)


def test_estimators_that_cannot_be_served_are_refused_before_anything_is_fitted() -> None:
    X, y = load_wine(return_X_y=True)
    with pytest.raises(DataError, match=r"CW343(.|\n)*BaggingClassifier"):
        Classifier("2s", estimators=[BaggingClassifier()]).fit(X, y)


def test_columns_of_another_order_or_name_are_refused() -> None:
    table = pl.DataFrame({"a": [1.0, 2.0, 3.0] * 8, "b": [0.0, 1.0, 0.5] * 8})
    classifier = Quick().fit(table, ["x", "y", "z"] * 8)
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(table.rename({"b": "c"}))


def test_categories_never_seen_are_answered() -> None:
    table = pl.DataFrame({"kind": ["red", "green", "blue"] * 8, "n": [1, 2, 3] * 8})
    classifier = Quick().fit(table, ["x", "y", "z"] * 8)
    assert classifier.predict_proba(pl.DataFrame({"kind": ["mauve"], "n": [2]})).shape == (1, 3)


@pytest.mark.parametrize(
    ("X", "y", "error", "words"),
    [
        ([[1.0], [2.0], [3.0]], ["a", "a", "a"], NotMulticlass, "one class"),
        (pl.DataFrame({"x": []}), [], NotMulticlass, "0 sample"),
        ([[1.0], [np.inf], [3.0]], ["a", "b", "c"], ValueError, "infinity"),
        ([[1.0], [2.0]], ["a", "b", "c"], ValueError, "inconsistent numbers"),
        ([[{"a": 1}], [{"b": 1}], [{}]], ["a", "b", "c"], WrongType, "CW251"),
        ([[1.0], [2.0], [3.0]], [0.1, 0.22, 0.35], ValueError, "Unknown label type"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(X: Any, y: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Quick().fit(X, y)


def test_a_budget_that_is_no_time_is_refused() -> None:
    with pytest.raises(UsageError, match="CW903"):
        Classifier("soon").fit([[1.0], [2.0], [3.0]], ["a", "b", "c"])


def test_one_row_per_class_is_a_refusal_with_reasons() -> None:
    with pytest.raises(DataError, match="CW243"):
        Quick().fit([[1.0], [2.0], [3.0]], ["a", "b", "c"])


def test_prediction_sets_hold_the_truth_of_every_class_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    y = rng.choice(["a", "b", "c"], size=1500, p=[0.6, 0.3, 0.1])
    X = np.searchsorted(["a", "b", "c"], y)[:, None] + rng.normal(scale=0.8, size=(1500, 2))
    classifier = Quick().fit(X[:900], y[:900])
    inside = classifier.predict_set(X[900:], alpha=0.1)
    assert inside.shape == (600, 3)
    for k, name in enumerate("abc"):
        assert inside[y[900:] == name, k].mean() > 0.8
    assert 1.0 < inside.sum(axis=1).mean() < 2.5


def test_copies_of_a_row_are_never_parted_so_noise_looks_like_noise() -> None:
    rng = np.random.default_rng(0)
    X, y = np.repeat(rng.normal(size=(150, 4)), 3, axis=0), np.repeat(rng.choice(["a", "b", "c"], size=150), 3)
    classifier = Quick().fit(X, y)
    assert classifier.log_loss_ > 0.9
    assert [outcome for _, outcome, _ in classifier.checks_] == ["passed", "passed"]


def test_a_result_too_good_to_be_true_is_a_warning() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(4200) % 3
    X = 9.0 * y[:, None] + rng.normal(size=(4200, 1))
    with pytest.warns(LeakWarning, match="CW395"):
        classifier = Quick().fit(X, y)
    assert classifier.checks_[0][1] == "failed"


@pytest.mark.parametrize("frame", ["one-vs-rest", "ordinal"])
def test_a_frame_asks_binary_questions_of_every_recipe(frame: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(240, 3))
    y = np.digitize(X[:, 0] + rng.normal(size=240) / 4, [-0.7, 0.0, 0.7])
    classifier = Classifier("2s", frame=frame, n_jobs=1).fit(X[:180], y[:180])
    assert {c.recipe.frame for c in classifier.candidates_} == {frame}
    assert classifier.predict_proba(X[180:]).sum(axis=1) == pytest.approx(np.ones(60))
    assert classifier.score(X[180:], y[180:]) > 0.6


def test_a_frame_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match=r"CW290.*one-vs-rest"):
        Classifier("2s", frame="one-vs-res").fit(np.eye(6), [0, 1, 2] * 2)
