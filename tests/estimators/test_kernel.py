"""Kernel machines answered with NumPy answer as scikit-learn does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_wine
from sklearn.svm import SVC

from classward.errors import DataError
from classward.estimators import KernelSettings, fit_kernel
from classward.estimators.kernel import kernel_scorer
from classward.inference import ABSENT_LOGIT, Csr, Features, KernelScorer


def as_features(dense: np.ndarray, sparse: Csr | None = None) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=sparse or Csr.empty(len(dense)))


def fit(dense: np.ndarray, y: np.ndarray, n_classes: int, **kw: float) -> KernelScorer:
    return fit_kernel(as_features(dense), y, n_classes=n_classes, settings=KernelSettings(**kw))


def standard(rows: np.ndarray) -> np.ndarray:
    out: np.ndarray = ((rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)).astype(np.float32)
    return out


def upper(margins: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(margins.shape[1], 1)
    out: np.ndarray = margins[:, first, second]
    return out


@pytest.mark.parametrize("load", [load_digits, load_wine])
def test_margins_are_the_library_s(load) -> None:  # type: ignore[no-untyped-def]
    rows, y = load(return_X_y=True)
    rows = standard(rows).astype(np.float64)
    model = SVC(C=6.0, gamma="scale", decision_function_shape="ovo").fit(rows[::2], y[::2])
    scorer = fit(rows[::2], y[::2], y.max() + 1)
    want = model.decision_function(rows[1::2])
    np.testing.assert_allclose(upper(scorer.margins(rows[1::2])), want, atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_margins_of_two_and_of_many_classes(n_classes: int) -> None:
    rng = np.random.default_rng(n_classes)
    rows = rng.normal(size=(200, 3)).astype(np.float32).astype(np.float64)
    y = np.digitize(rows[:, 0] + rng.normal(size=200) / 3, np.linspace(-1, 1, n_classes - 1))
    model = SVC(C=2.0, gamma=0.3, decision_function_shape="ovo").fit(rows, y)
    scorer = kernel_scorer(model, present=np.arange(n_classes), n_classes=n_classes)
    want = model.decision_function(rows)
    want = -want[:, None] if n_classes == 2 else want  # the library then asks for the second class
    margins = scorer.margins(rows)
    np.testing.assert_allclose(upper(margins), want, atol=1e-6)
    np.testing.assert_array_equal(margins, -margins.transpose(0, 2, 1))


def test_learns_real_digits_and_one_row_answers_as_many_do() -> None:
    rows, y = load_digits(return_X_y=True)
    rows = standard(rows)
    scorer = fit(rows[::2], y[::2], 10)
    logits = scorer.logits(as_features(np.concatenate([rows[1::2]] * 4)))
    assert (logits[: len(y) // 2].argmax(axis=1) == y[1::2]).mean() > 0.95
    for i in (0, 1, 500, 897):
        np.testing.assert_allclose(scorer.logits(as_features(rows[[2 * i + 1]]))[0], logits[i], atol=1e-9)


def test_repetition_changes_nothing() -> None:
    rows, y = load_wine(return_X_y=True)
    one, two = fit(standard(rows), y, 3), fit(standard(rows), y, 3)
    np.testing.assert_array_equal(one.weights, two.weights)


def test_classes_without_a_row_get_a_very_low_constant() -> None:
    rows, y = load_wine(return_X_y=True)
    logits = fit(standard(rows), np.array([0, 2, 5])[y], 6).logits(as_features(standard(rows)))
    assert (logits[:, [1, 3, 4]] == ABSENT_LOGIT).all()
    assert (logits.argmax(axis=1) == np.array([0, 2, 5])[y]).mean() > 0.98


def test_missing_sparse_and_constant_features_are_taken() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    indicator = Csr(
        indptr=np.arange(91, dtype=np.int64), indices=y.astype(np.int32), data=np.ones(90, np.float32), n_columns=3
    )
    features = as_features(np.full((90, 1), np.nan), indicator)
    scorer = fit_kernel(features, y, n_classes=3, settings=KernelSettings())
    assert scorer.n_columns == 4
    assert (scorer.logits(features).argmax(axis=1) == y).all()
    assert np.isfinite(fit(np.zeros((90, 2)), y, 3).logits(as_features(np.zeros((2, 2))))).all()


def test_too_many_rows_are_refused_by_number() -> None:
    with pytest.raises(DataError, match=r"CW240(.|\n)*30001 rows"):
        fit(np.zeros((30_001, 1)), np.arange(30_001) % 3, 3)
