"""Public estimators in pipelines, searches and cross-validation, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_wine
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from classward.errors import NotMulticlass, TooFewLabels, UsageError, WrongType
from classward.estimators import BoostedTrees, Calibrated, Forest, Kernel, Linear, LinearText, Network

X, Y = load_wine(return_X_y=True)
NAMES = np.array(["barolo", "grignolino", "barbera"])[Y]
TEXTS = ["refund my order", "card was lost", "app crashes daily"] * 8
TEAMS = ["refund", "card", "bug"] * 8


@pytest.mark.parametrize(
    "estimator",
    [Linear(), BoostedTrees(20), Forest(20), Kernel(), Calibrated(Linear())],
    ids=lambda e: type(e).__name__,
)
def test_in_a_pipeline_and_cross_validation_with_names_for_classes(estimator: Any) -> None:
    assert cross_val_score(make_pipeline(StandardScaler(), clone(estimator)), X, NAMES, cv=2).mean() > 0.85


def test_in_a_search() -> None:
    search = GridSearchCV(Calibrated(Linear()), {"estimator__c": [1e-6, 1.0], "method": ["temperature"]}, cv=2)
    search.fit(X, NAMES)
    assert search.best_params_["estimator__c"] == 1.0


def test_gaps_are_taken_as_they_are() -> None:
    holed = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
    for estimator in (Linear(), BoostedTrees(20), Forest(20), Kernel(), Network(16, 8, epochs=3)):
        proba = estimator.fit(holed, Y).predict_proba(holed)
        assert np.isfinite(proba).all()
        assert proba.sum(axis=1) == pytest.approx(np.ones(len(X)))


def test_the_same_settings_give_the_same_answers() -> None:
    for estimator in (BoostedTrees(10), Forest(10), Network(8, 8, epochs=3)):
        one, other = (clone(estimator).fit(X, Y).predict_proba(X) for _ in range(2))
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "brought",
    [
        GaussianNB(),
        LinearSVC(),
        HistGradientBoostingClassifier(max_iter=20),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=lambda e: type(e).__name__,
)
def test_any_estimator_gets_probabilities_that_are_no_worse_on_new_rows(brought: Any) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 1200)
    rows = np.tile(
        rng.normal(np.eye(3)[y]), 4
    )  # every column four times: naive estimators count the evidence four times
    learned, new = slice(0, 600), slice(600, 1200)
    plain, model = clone(brought).fit(rows[learned], y[learned]), Calibrated(brought).fit(rows[learned], y[learned])
    proba = model.predict_proba(rows[new])
    assert (model.predict(rows[new]) == plain.predict(rows[new])).all()
    loss = log_loss(y[new], proba)
    assert loss < 0.95  # knowing nothing scores 1.10
    if hasattr(plain, "predict_proba"):
        assert loss < log_loss(y[new], plain.predict_proba(rows[new])) + 0.01


@pytest.mark.parametrize("method", ["vector", "matrix"])
def test_other_ways_to_calibrate(method: str) -> None:
    proba = Calibrated(GaussianNB(), method=method).fit(X, NAMES).predict_proba(X)
    assert proba.sum(axis=1) == pytest.approx(np.ones(len(X)))


def test_texts() -> None:
    model = Calibrated(LinearText()).fit(TEXTS, TEAMS)
    assert list(model.predict(["I lost the card", "it crashes"])) == ["card", "bug"]
    assert list(LinearText().fit(pl.Series(TEXTS), TEAMS).predict(np.array(["refund?"]))) == ["refund"]
    words = make_pipeline(TfidfVectorizer(), LogisticRegression())
    assert Calibrated(words, cv=2).fit(TEXTS, TEAMS).score(TEXTS, TEAMS) == 1.0


def test_a_class_of_one_row_is_answered_and_the_rest_is_calibrated() -> None:
    y = NAMES.copy()
    y[0] = "rare"
    model = Calibrated(GaussianNB()).fit(X, y)
    assert "rare" in model.classes_
    assert model.predict_proba(X).shape == (len(X), 4)


def test_refusals() -> None:
    with pytest.raises(NotMulticlass, match="CW201"):
        Linear().fit(X, np.zeros(len(X)))
    with pytest.raises(UsageError, match=r"CW226(.|\n)*temperature"):
        Calibrated(method="temprature").fit(X, Y)
    with pytest.raises(TooFewLabels, match="CW227"):
        Calibrated(GaussianNB()).fit(X[[0, 60, 140]], Y[[0, 60, 140]])
    for wrong in ("one text", [1, 2, 3], [["a"], ["b"], ["c"]]):
        with pytest.raises(WrongType, match="CW225"):
            LinearText().fit(wrong, ["a", "b", "c"])


def test_a_column_transformer_of_others_fits_in() -> None:
    both = make_column_transformer((StandardScaler(), [0, 1]), remainder="passthrough")
    assert make_pipeline(both, Kernel()).fit(X, NAMES).score(X, NAMES) > 0.9
