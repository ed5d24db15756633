"""Pipelines of affine steps are frozen whole; others are refused by the name of the step."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder, QuantileTransformer, StandardScaler
from sklearn.random_projection import GaussianRandomProjection
from sklearn.svm import SVC

from classward.errors import ClasswardError, DataError
from classward.estimators import brought_by_name, brought_instance, fit_brought
from classward.estimators.brought.named import build
from classward.inference import AffineScorer, Csr, Features, softmax

PIPELINES = [
    make_pipeline(StandardScaler(), LogisticRegression(C=2.0, max_iter=300)),
    make_pipeline(MinMaxScaler(), SelectKBest(k=3), PCA(2, whiten=True), RandomForestClassifier(20)),
    make_pipeline(GaussianRandomProjection(4), StandardScaler(), KNeighborsClassifier(5)),
    Pipeline([("nothing", "passthrough"), ("model", LogisticRegression())]),
]


def rows_of(seed: int, n: int = 240) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 5)).astype(np.float32)
    return rows, np.digitize(rows[:, 0] + rows[:, 1] ** 2 + rng.normal(size=n) / 3, [0.0, 1.0, 2.0])


def as_features(rows: np.ndarray) -> Features:
    return Features(n=len(rows), dense=rows, sparse=Csr.empty(len(rows)))


def fit(model: Any, rows: np.ndarray, y: np.ndarray, **more: Any) -> Any:
    return fit_brought(as_features(rows), y, n_classes=4, settings=brought_instance(model), seed=3, n_threads=1, **more)


@pytest.mark.parametrize("model", PIPELINES, ids=lambda m: "-".join(name for name, _ in m.steps))
def test_a_pipeline_answers_as_the_library_does_on_new_rows(model: Pipeline) -> None:
    rows, y = rows_of(0)
    new, _ = rows_of(1)
    theirs = build(brought_instance(model), seed=3, n_threads=1).fit(rows.astype(np.float64), y)
    got = softmax(fit(model, rows, y).logits(as_features(new)))
    if not isinstance(model.steps[-1][1], LogisticRegression):  # a thousandth goes to all classes alike
        got = (got - 1e-3 / 4) / (1.0 - 1e-3)
    np.testing.assert_allclose(got, theirs.predict_proba(new.astype(np.float64)), atol=1e-6)


def test_a_kernel_machine_after_a_projection_names_the_same_classes() -> None:
    rows, y = rows_of(0)
    new, _ = rows_of(1)
    model = make_pipeline(StandardScaler(), PCA(4), SVC(C=3.0))
    theirs = build(brought_instance(model), seed=3, n_threads=1).fit(rows.astype(np.float64), y)
    got = fit(model, rows, y).logits(as_features(new)).argmax(axis=1)
    assert (got == theirs.predict(new.astype(np.float64))).mean() > 0.97


def test_weights_reach_the_last_step() -> None:
    rows, y = rows_of(0)
    light = fit(PIPELINES[0], rows, y, weight=np.where(y == 0, 0.01, 1.0))
    assert softmax(light.logits(as_features(rows)))[:, 0].mean() < (y == 0).mean() / 2


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (make_pipeline(QuantileTransformer(n_quantiles=20), LogisticRegression()), "CW345(.|\n)*'quantiletransformer'"),
        (make_pipeline(Normalizer(), LogisticRegression()), "CW345(.|\n)*'normalizer'"),
        (make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()), "CW345(.|\n)*no array"),
    ],
    ids=["ranks", "lengths", "sparse"],
)
def test_a_step_that_is_not_affine_is_refused_by_its_name(model: Pipeline, words: str) -> None:
    rows, y = rows_of(0)
    with pytest.raises(DataError, match=words):
        fit(model, rows, y)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "CW342.*needs its steps"),
        ({"steps": []}, "CW342.*no steps"),
        ({"steps": [["a"]]}, r"CW342.*no \[name, class, settings\]"),
        ({"steps": [["a", "sklearn.svm:SVC"], ["a", "sklearn.svm:SVC"]]}, "CW342.*names of their own"),
        ({"steps": [["a", "sklearn.svm:SVC"], ["b", "sklearn.svm:SVC"]]}, "CW341(.|\n)*no transform"),
        ({"steps": [["a", "sklearn.preprocessing:StandardScaler"]]}, "CW343"),
        ({"steps": [["a", "sklearn.preprocessing:StandardScaler", {"mean": 1}], ["b", "sklearn.svm:SVC"]]}, "CW342"),
    ],
    ids=["none", "empty", "short", "twice", "two models", "no model", "setting"],
)
def test_mistakes_in_steps_are_named(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ClasswardError, match=words):
        brought_by_name("sklearn.pipeline:Pipeline", json.dumps(settings))


def test_a_pipeline_is_noted_as_text_and_made_again() -> None:
    noted = brought_instance(PIPELINES[1])
    assert brought_by_name(noted.estimator, noted.settings) == noted
    made = build(noted, seed=5, n_threads=1)
    assert [type(step) for _, step in made.steps] == [type(step) for _, step in PIPELINES[1].steps]
    last = made.steps[-1][1]
    assert (last.n_estimators, last.random_state) == (20, 5)


@pytest.mark.parametrize(
    ("matrix", "offset"),
    [(np.ones((5, 2)), np.ones(3)), (np.ones((5, 3)), np.ones(3)), (np.full((5, 4), np.nan), np.ones(4))],
    ids=["offset", "columns", "finite"],
)
def test_parts_that_do_not_fit_make_no_scorer(matrix: np.ndarray, offset: np.ndarray) -> None:
    rows, y = rows_of(0)
    inner = fit(make_pipeline(PCA(4), LogisticRegression()), rows, y).scorer
    with pytest.raises(ValueError, match=r"mix of columns|columns are made"):
        AffineScorer(scorer=inner, matrix=matrix, offset=offset)
