"""Trees walked with NumPy answer as LightGBM does, on tables with gaps, ties and few rows."""

from __future__ import annotations

import json

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.estimators import TreeSettings, fit_trees
from classward.estimators.tree_arrays import scorer_from_dump
from classward.inference import ABSENT_LOGIT, Csr, Features, TreeScorer, log_softmax


def as_features(dense: np.ndarray, sparse: Csr | None = None) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=sparse or Csr.empty(len(dense)))


def table(seed: int, *, n: int = 400, n_columns: int = 5, n_classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(n, n_columns))
    dense[:, 1] = rng.integers(-2, 3, size=n)
    y = np.digitize(dense[:, 0] + 0.5 * dense[:, 1], np.linspace(-1, 1, n_classes - 1))
    dense[rng.random(dense.shape) < 0.15] = np.nan
    return dense.astype(np.float32), y.astype(np.int64)


def never() -> bool:
    return False


def fit(features: Features, y: np.ndarray, n_classes: int, **kw: object) -> TreeScorer:
    settings_ = TreeSettings(iterations=15, leaves=15, fewest_rows=5, patience=5)
    given_: dict[str, object] = {"settings": settings_, "seed": 0, "n_threads": 1, "should_stop": never} | kw
    return fit_trees(features, y, n_classes=n_classes, **given_)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 2**20),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
    has_gaps=st.booleans(),
    n_classes=st.integers(3, 5),
)
def test_walked_trees_equal_the_booster(
    seed: int, zero_as_missing: bool, use_missing: bool, has_gaps: bool, n_classes: int
) -> None:
    dense, y = table(seed, n_classes=n_classes)
    if not has_gaps:
        dense = np.nan_to_num(dense)
    booster = lightgbm.train(
        {"objective": "multiclass", "num_class": n_classes, "num_leaves": 9, "min_data_in_leaf": 5, "verbosity": -1,
         "zero_as_missing": zero_as_missing, "use_missing": use_missing, "num_threads": 1},
        lightgbm.Dataset(dense, label=y),
        num_boost_round=8,
    )  # fmt: skip
    scorer = scorer_from_dump(
        booster.dump_model(), present=np.arange(n_classes), n_classes=n_classes, n_columns=dense.shape[1]
    )
    fresh, _ = table(seed + 1)
    fresh[:20, 0] = np.float32(0.0)
    fresh[20:30, 2] = np.float32(1e-40)
    np.testing.assert_allclose(
        scorer.logits(as_features(fresh)), booster.predict(fresh, raw_score=True), rtol=0, atol=1e-9
    )


def test_thresholds_that_equal_a_value_send_it_left() -> None:
    dense = np.repeat(np.array([[0.1], [0.2], [0.3]], np.float32), 40, axis=0)
    y = np.repeat([0, 1, 2], 40)
    booster = lightgbm.train(
        {"objective": "multiclass", "num_class": 3, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1},
        lightgbm.Dataset(dense, label=y),
        num_boost_round=3,
    )
    scorer = scorer_from_dump(booster.dump_model(), present=np.arange(3), n_classes=3, n_columns=1)
    edges = np.unique(scorer.threshold[np.isfinite(scorer.threshold)])
    probes = np.concatenate([edges, np.nextafter(edges, -1), np.nextafter(edges, 1)]).astype(np.float32)[:, None]
    np.testing.assert_allclose(
        scorer.logits(as_features(probes)), booster.predict(probes, raw_score=True), rtol=0, atol=1e-9
    )


def test_chunks_of_rows_give_what_one_row_gives() -> None:
    dense, y = table(3, n=3000)
    scorer = fit(as_features(dense), y, 4)
    together = scorer.logits(as_features(dense))
    for i in (0, 1, 1499, 2999):
        np.testing.assert_array_equal(scorer.logits(as_features(dense[i : i + 1]))[0], together[i])


def test_learns_and_predicts_unseen_rows() -> None:
    dense, y = table(1, n=1500)
    scorer = fit(as_features(np.nan_to_num(dense)), y, 4)
    fresh, y_fresh = table(2, n=500)
    accuracy = (scorer.logits(as_features(fresh)).argmax(axis=1) == y_fresh).mean()
    assert accuracy > 0.7


def test_sparse_indicators_stand_right_of_the_dense_columns() -> None:
    rng = np.random.default_rng(0)
    n = 600
    y = rng.integers(0, 3, n)
    indicator = Csr(
        indptr=np.arange(n + 1, dtype=np.int64),
        indices=y.astype(np.int32),
        data=np.ones(n, np.float32),
        n_columns=3,
    )
    features = as_features(rng.normal(size=(n, 2)), indicator)
    scorer = fit(features, y, 3)
    assert scorer.n_columns == 5
    assert {2, 3, 4} <= set(scorer.feature[np.isfinite(scorer.threshold)].tolist())
    assert (scorer.logits(features).argmax(axis=1) == y).all()


def test_classes_without_a_row_get_a_very_low_constant() -> None:
    dense, y = table(4, n_classes=3)
    shifted = np.array([0, 2, 5])[y]
    logits = fit(as_features(dense), shifted, 6).logits(as_features(dense))
    assert (logits[:, [1, 3, 4]] == ABSENT_LOGIT).all()
    assert (logits[:, [0, 2, 5]] > ABSENT_LOGIT / 2).all()


def test_threads_and_repetition_do_not_change_the_trees() -> None:
    dense, y = table(5, n=2000)
    one, again, two = (fit(as_features(dense), y, 4, n_threads=t) for t in (1, 1, 2))
    for other in (again, two):
        np.testing.assert_array_equal(one.threshold, other.threshold)
        np.testing.assert_array_equal(one.value, other.value)


def test_stops_when_told_and_keeps_what_was_made() -> None:
    dense, y = table(6)
    asked = iter([False, False, True])
    scorer = fit(as_features(dense), y, 4, should_stop=lambda: next(asked))
    assert len(scorer.root) == 3 * 4


def test_few_rows_and_single_members_do_not_crash() -> None:
    dense, _ = table(7, n=9)
    y = np.array([0, 0, 0, 0, 1, 1, 1, 2, 3])
    logits = fit(as_features(dense), y, 4).logits(as_features(dense))
    assert np.isfinite(logits).all()


def test_splits_of_another_kind_are_refused() -> None:
    tree = {"tree_structure": {"split_feature": 0, "decision_type": ">", "threshold": "0"}}
    with pytest.raises(ValueError, match="cannot read splits"):
        scorer_from_dump({"tree_info": [tree]}, present=np.arange(1), n_classes=3, n_columns=1)


def coded_table(seed: int, n_codes: int, n: int = 900) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    code = rng.integers(0, n_codes, n)
    effect = np.random.default_rng(99).permutation(n_codes) % 3
    y = np.where(rng.random(n) < 0.8, effect[code], rng.integers(0, 3, n))
    dense = np.stack([rng.normal(size=n), code], axis=1)
    dense[rng.random(n) < 0.1, 1] = np.nan
    return dense.astype(np.float32), y


@pytest.mark.parametrize("n_codes", [3, 12, 40, 200])
def test_sets_of_categories_equal_the_booster(n_codes: int) -> None:
    dense, y = coded_table(0, n_codes)
    booster = lightgbm.train(
        {"objective": "multiclass", "num_class": 3, "num_leaves": 15, "min_data_in_leaf": 5, "min_data_per_group": 5,
         "cat_smooth": 1.0, "verbosity": -1, "num_threads": 1},
        lightgbm.Dataset(dense, label=y, categorical_feature=[1]),
        num_boost_round=20,
    )  # fmt: skip
    dump = booster.dump_model()
    assert '"decision_type": "=="' in json.dumps(dump)
    scorer = scorer_from_dump(dump, present=np.arange(3), n_classes=3, n_columns=2)
    codes = np.concatenate([np.arange(-2, n_codes + 3), [np.nan, 1e6]])
    probes = np.concatenate([np.stack([np.full(len(codes), x), codes], axis=1) for x in (-1.0, 0.0, 1.0)])
    want = booster.predict(probes, raw_score=True)
    np.testing.assert_allclose(scorer.logits(as_features(probes)), want, rtol=0, atol=1e-9)


def test_codes_are_learned_as_sets() -> None:
    dense, y = coded_table(1, 30, n=3000)
    fresh, y_fresh = coded_table(2, 30)
    small = TreeSettings(iterations=60, patience=10)
    scorer = fit(as_features(dense), y, 3, codes=(1,), settings=small)
    assert (scorer.logits(as_features(fresh)).argmax(axis=1) == y_fresh).mean() > 0.72
    assert (scorer.feature == 1).any()


def test_held_rows_choose_the_round_and_all_others_are_learned_from() -> None:
    dense, y = table(8, n=600)
    fresh, y_fresh = table(9, n=300)
    long = TreeSettings(iterations=400, learning_rate=0.3, patience=5)
    scorer = fit(as_features(dense), y, 4, settings=long, held=(as_features(fresh), y_fresh))
    assert 1 <= scorer.n_rounds < 200

    def after(rounds: int) -> TreeScorer:
        same = TreeSettings(iterations=rounds, learning_rate=0.3, patience=1000)
        return fit(as_features(dense), y, 4, settings=same, held=(as_features(fresh), y_fresh))

    def loss(one: TreeScorer) -> float:
        return float(-log_softmax(one.logits(as_features(fresh)))[np.arange(300), y_fresh].mean())

    assert after(scorer.n_rounds + 5).n_rounds == scorer.n_rounds
    assert loss(after(scorer.n_rounds // 2)) > loss(scorer)


def test_held_rows_of_classes_never_trained_on_are_passed_over() -> None:
    dense, y = table(10, n_classes=3)
    held = (as_features(dense[:50]), np.where(np.arange(50) < 5, 4, y[:50]))
    assert fit(as_features(dense), y, 5, held=held).n_rounds <= 15
    only_unknown = (as_features(dense[:5]), np.full(5, 4))
    assert fit(as_features(dense), y, 5, held=only_unknown).n_rounds <= 15
