from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classward.estimators import LinearSettings, fit_linear, fit_text
from classward.inference import ABSENT_LOGIT, Csr, Features, Featuriser, NumericPart, standardise

WORDS = {0: "refund money back", 1: "card lost stolen", 2: "app login password", 3: "fee charged twice"}
RNG = np.random.default_rng(0)
Y = RNG.integers(0, 4, 240)
TEXTS = [" ".join(RNG.permutation(WORDS[y].split())[:2]) + f" please {i % 7}" for i, y in enumerate(Y)]
AGES = (RNG.normal(size=240) + Y).tolist()
TEXT_ONLY = Featuriser(texts=(fit_text("text", TEXTS),))
MIXED = Featuriser(dense=(NumericPart(columns=("age",)),), texts=(fit_text("text", TEXTS),))
COLUMNS = {"text": TEXTS, "age": AGES}


def design(features: Features, mean: np.ndarray, scale: np.ndarray) -> sp.csr_matrix:
    sparse = features.sparse
    right = sp.csr_matrix((sparse.data, sparse.indices, sparse.indptr), shape=(sparse.n, sparse.n_columns))
    return sp.csr_matrix(sp.hstack([standardise(features.dense, mean, scale), right]))


@pytest.mark.parametrize("featuriser", [TEXT_ONLY, MIXED], ids=["text", "mixed"])
@pytest.mark.parametrize("solver", ["svc", "logistic"])
def test_logits_equal_scikit_learns_decision_function(featuriser: Featuriser, solver: str) -> None:
    features = featuriser.transform(COLUMNS, 240)
    scorer = fit_linear(features, Y, n_classes=4, settings=LinearSettings(solver=solver, c=0.5), seed=3)
    oracle = (
        LinearSVC(C=0.5, tol=1e-3, dual=True, random_state=3)
        if solver == "svc"
        else LogisticRegression(C=0.5, max_iter=1000, tol=1e-4)
    ).fit(design(features, scorer.mean, scorer.scale).astype(np.float64), Y)
    expected = oracle.decision_function(design(features, scorer.mean, scorer.scale))
    np.testing.assert_allclose(scorer.logits(features), expected, atol=1e-5)
    assert (scorer.logits(features).argmax(axis=1) == Y).mean() > 0.95


def dense_only(dense: np.ndarray) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=Csr.empty(len(dense)))


def test_tables_with_gaps_constants_and_empty_columns() -> None:
    dense = np.stack([Y + RNG.normal(size=240) / 5, np.full(240, 7.0), np.full(240, np.nan)], axis=1)
    dense[::9, 0] = np.nan
    scorer = fit_linear(dense_only(dense), Y, n_classes=4, settings=LinearSettings(solver="logistic", c=10.0), seed=0)
    assert scorer.scale[1:].tolist() == [1.0, 1.0]
    assert np.isfinite(scorer.weights).all()
    logits = scorer.logits(dense_only(dense))
    known = ~np.isnan(dense[:, 0])
    assert (logits.argmax(axis=1) == Y)[known].mean() > 0.85


@pytest.mark.parametrize("solver", ["svc", "logistic"])
@pytest.mark.parametrize("present", [[0, 2, 5], [1, 4]])
def test_classes_without_a_row_get_a_very_low_constant(solver: str, present: list[int]) -> None:
    y = np.array(present)[Y % len(present)]
    features = TEXT_ONLY.transform(COLUMNS, 240)
    logits = fit_linear(features, y, n_classes=6, settings=LinearSettings(solver=solver, c=5.0), seed=0).logits(
        features
    )
    absent = sorted(set(range(6)) - set(present))
    assert (logits[:, absent] == ABSENT_LOGIT).all()
    assert (logits.argmax(axis=1) == y).mean() > 0.9


def test_running_out_of_iterations_is_part_of_the_plan() -> None:
    features = MIXED.transform(COLUMNS, 240)
    for solver in ("svc", "logistic"):
        fit_linear(features, Y, n_classes=4, settings=LinearSettings(solver=solver, iterations=1), seed=0)


def test_the_same_seed_gives_the_same_weights() -> None:
    features = TEXT_ONLY.transform(COLUMNS, 240)
    one, two = (fit_linear(features, Y, n_classes=4, settings=LinearSettings(), seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.weights, two.weights)


def test_an_unknown_solver_is_refused() -> None:
    with pytest.raises(ValueError, match="no linear solver"):
        fit_linear(MIXED.transform(COLUMNS, 240), Y, n_classes=4, settings=LinearSettings(solver="magic"), seed=0)
