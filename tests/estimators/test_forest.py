"""Forests walked with NumPy answer as scikit-learn does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_wine
from sklearn.ensemble import ExtraTreesClassifier

from classward.errors import DataError
from classward.estimators import ForestSettings, fit_forest
from classward.estimators.forest_arrays import ForestArrays
from classward.inference import ABSENT_LOGIT, Csr, Features, ForestScorer

SMALL = ForestSettings(trees=30, fewest_rows=1)


def as_features(dense: np.ndarray, sparse: Csr | None = None) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=sparse or Csr.empty(len(dense)))


def never() -> bool:
    return False


def fit(dense: np.ndarray, y: np.ndarray, n_classes: int, **kw: object) -> ForestScorer:
    given_: dict[str, object] = {"settings": SMALL, "seed": 0, "n_threads": 1, "should_stop": never} | kw
    return fit_forest(as_features(dense), y, n_classes=n_classes, **given_)  # type: ignore[arg-type]


def converted(model: ExtraTreesClassifier, n_columns: int) -> ForestScorer:
    arrays = ForestArrays(present=np.arange(len(model.classes_)))
    for tree in model.estimators_:
        arrays.add(tree.tree_)
    return arrays.scorer(fill=np.zeros(n_columns, np.float32), n_classes=len(model.classes_))


def mean_share(scorer: ForestScorer, dense: np.ndarray) -> np.ndarray:
    k = scorer.n_classes
    return (np.exp(scorer.logits(as_features(dense))) - scorer.floor / k) / (1 - scorer.floor)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 999), leaf=st.integers(1, 9), is_rounded=st.booleans(), n_classes=st.integers(3, 6))
def test_the_mean_of_the_shares_is_the_library_s(seed: int, leaf: int, is_rounded: bool, n_classes: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(300, 4)).astype(np.float32)
    rows = np.round(rows * 2) / 10 if is_rounded else rows  # ties, and rows alike but for their class
    y = np.arange(300) % n_classes
    model = ExtraTreesClassifier(8, min_samples_leaf=leaf, random_state=seed).fit(rows, y)
    fresh = np.concatenate([rows, rng.normal(size=(50, 4)).astype(np.float32)])
    np.testing.assert_allclose(mean_share(converted(model, 4), fresh), model.predict_proba(fresh), atol=1e-12)


@pytest.mark.parametrize("load", [load_digits, load_wine])
def test_real_tables_give_the_library_s_shares(load) -> None:  # type: ignore[no-untyped-def]
    rows, y = load(return_X_y=True)
    model = ExtraTreesClassifier(20, min_samples_leaf=2, random_state=0).fit(rows[::2], y[::2])
    share = mean_share(converted(model, rows.shape[1]), rows[1::2])
    np.testing.assert_allclose(share, model.predict_proba(rows[1::2]), atol=1e-12)


def test_a_value_at_a_threshold_goes_the_library_s_way() -> None:
    rows = np.repeat(np.array([[0.1], [0.2], [0.3], [0.4]], np.float32), 10, axis=0)
    y = np.repeat([0, 1, 2, 1], 10)
    model = ExtraTreesClassifier(10, random_state=0).fit(rows, y)
    scorer = converted(model, 1)
    edges = np.unique(scorer.threshold)
    probes = np.concatenate([edges, np.nextafter(edges, np.float32(-1)), np.nextafter(edges, np.float32(1))])[:, None]
    np.testing.assert_allclose(mean_share(scorer, probes), model.predict_proba(probes), atol=1e-12)


def test_one_row_answers_as_many_do() -> None:
    rows, y = load_digits(return_X_y=True)
    scorer = fit(rows, y, 10, settings=ForestSettings(trees=120))
    together = scorer.logits(as_features(np.concatenate([rows, rows])))
    for i in (0, 1, 1091, 1092, 1093, 3000):
        np.testing.assert_array_equal(scorer.logits(as_features(rows[[i % len(rows)]]))[0], together[i])
    assert scorer.logits(as_features(rows[:0])).shape == (0, 10)


def test_learns_real_digits() -> None:
    rows, y = load_digits(return_X_y=True)
    scorer = fit(rows[::2], y[::2], 10)
    assert (scorer.logits(as_features(rows[1::2])).argmax(axis=1) == y[1::2]).mean() > 0.95


def test_missing_values_are_learned_from() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    rows = rng.normal(size=(300, 2)) * 100
    rows[y == 1, 0] = np.nan
    scorer = fit(rows, y, 3, settings=ForestSettings(trees=60, fewest_rows=5))
    logits = scorer.logits(as_features(rows))
    assert (logits[y == 1].argmax(axis=1) == 1).mean() > 0.95
    assert (logits[y != 1].argmax(axis=1) != 1).mean() > 0.95


def test_columns_without_a_value_and_extreme_values_do_no_harm() -> None:
    rows, y = load_wine(return_X_y=True)
    rows[:, 0] = np.nan
    rows[::7, 1], rows[1::7, 1] = 3.4e38, -3.4e38
    scorer = fit(rows, y, 3)
    fresh = rows[:3].copy()
    fresh[0], fresh[1] = np.nan, 3.4e38
    assert np.isfinite(scorer.logits(as_features(fresh))).all()


def test_classes_without_a_row_get_a_very_low_constant() -> None:
    rows, y = load_wine(return_X_y=True)
    logits = fit(rows, np.array([0, 2, 5])[y], 6).logits(as_features(rows))
    assert (logits[:, [1, 3, 4]] == ABSENT_LOGIT).all()
    assert (np.array([0, 2, 5])[y] == logits.argmax(axis=1)).all()
    assert logits[:, [0, 2, 5]].min() == pytest.approx(np.log(1e-3 / 3))


def test_the_same_seed_gives_the_same_forest_whatever_the_threads() -> None:
    rows, y = load_wine(return_X_y=True)
    one, two, other = fit(rows, y, 3), fit(rows, y, 3, n_threads=2), fit(rows, y, 3, seed=1)
    np.testing.assert_array_equal(one.threshold, two.threshold)
    np.testing.assert_array_equal(one.children, two.children)
    assert one.threshold.shape != other.threshold.shape or (one.threshold != other.threshold).any()


def test_stops_when_told_and_keeps_what_was_grown() -> None:
    rows, y = load_wine(return_X_y=True)
    asked = iter([False, True])
    scorer = fit(rows, y, 3, settings=ForestSettings(trees=300), should_stop=lambda: next(asked))
    assert len(scorer.root) == 50
    assert len(fit(rows, y, 3, settings=ForestSettings(trees=30)).root) == 30


def test_sparse_indicators_are_used() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 200)
    indicator = Csr(
        indptr=np.arange(201, dtype=np.int64), indices=y.astype(np.int32), data=np.ones(200, np.float32), n_columns=3
    )
    features = as_features(rng.normal(size=(200, 1)), indicator)
    scorer = fit_forest(features, y, n_classes=3, settings=SMALL, seed=0, n_threads=1, should_stop=never)
    assert scorer.n_columns == 4
    assert (scorer.logits(features).argmax(axis=1) == y).all()


def test_features_that_would_fill_the_memory_are_refused() -> None:
    wide = Csr(
        indptr=np.zeros(30_001, np.int64), indices=np.zeros(0, np.int32), data=np.zeros(0, np.float32), n_columns=60_000
    )
    features = as_features(np.zeros((30_000, 1)), wide)
    with pytest.raises(DataError, match="CW248"):
        fit_forest(features, np.arange(30_000) % 3, n_classes=3, settings=SMALL, seed=0, n_threads=1, should_stop=never)
