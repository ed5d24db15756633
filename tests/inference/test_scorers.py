"""Pieces that do not fit together are refused before they can answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace
from classward.inference import (
    CategoryPart,
    Csr,
    Features,
    Featuriser,
    FittedModel,
    Identity,
    LinearScorer,
    NumericPart,
    Scorer,
    TreeScorer,
    VectorScaling,
    standardise,
)

LINEAR = LinearScorer(
    mean=np.array([10.0]),
    scale=np.array([2.0]),
    weights=np.array([[1, 0, -1], [5, 0, 0], [0, 5, 0], [0, 0, 5], [1, 1, 1]], dtype=np.float32),
    intercept=np.array([0.0, 0.5, 0.0]),
)
# One tree per class: x <= 0.5 gives the first value, above it the second; NaN goes right in the third tree only.
TREES = TreeScorer(
    feature=np.zeros(9, np.int32),
    threshold=np.array([0.5, np.inf, np.inf] * 3),
    children=np.array(
        [[3 * t + 1, 3 * t + 2] if i == 0 else [3 * t + i] * 2 for t in range(3) for i in range(3)], np.int32
    ),
    nan_left=np.array([True] * 6 + [False, True, True]),
    zero_side=np.full(9, -1, np.int8),
    value=np.array([0, 1, 2, 0, 3, 4, 0, 5, 6], np.float64),
    root=np.array([0, 3, 6], np.int32),
    depth=np.array([1, 1, 1], np.int32),
    present=np.array([0, 1, 2], np.int32),
    intercept=np.array([0.0, 0.0, 100.0]),
    n_columns=1,
)


def dense_only(*values: float) -> Features:
    return Features(n=len(values), dense=np.array(values, np.float32)[:, None], sparse=Csr.empty(len(values)))


def test_linear_logits_by_hand() -> None:
    featuriser = Featuriser(
        dense=(NumericPart(columns=("age",)),), categories=(CategoryPart(column="plan", categories=("a", "b")),)
    )
    features = featuriser.transform({"age": [12, None, 1e9], "plan": ["a", "zz", None]}, 3)
    np.testing.assert_allclose(
        LINEAR.logits(features), [[6.0, 0.5, -1.0], [0.0, 0.5, 0.0], [8.0 + 1, 0.5 + 1, -8.0 + 1]]
    )


def test_outliers_stop_at_eight_standard_deviations() -> None:
    out = standardise(np.array([[1e30, np.nan, -1e30]], np.float32), np.zeros(3), np.ones(3))
    assert out.tolist() == [[8.0, 0.0, -8.0]]


def test_tree_logits_by_hand() -> None:
    out = TREES.logits(dense_only(0.5, np.nextafter(np.float32(0.5), np.float32(1)), np.nan))
    assert out.tolist() == [[1.0, 3.0, 105.0], [2.0, 4.0, 106.0], [1.0, 3.0, 106.0]]


def test_zero_goes_the_missing_way_where_zero_means_missing() -> None:
    trees = replace(TREES, zero_side=np.array([1, -1, -1] + [-1] * 6, np.int8))
    assert trees.logits(dense_only(0.0, 1e-36, 0.1))[:, 0].tolist() == [2.0, 2.0, 1.0]


@pytest.mark.parametrize(
    "change",
    [
        {"children": np.full((9, 2), 9, np.int32)},
        {"feature": np.full(9, 1, np.int32)},
        {"root": np.array([0, 3, -1], np.int32)},
        {"root": np.array([0, 3], np.int32), "depth": np.array([1, 1], np.int32)},
        {"present": np.array([0, 1, 1], np.int32)},
        {"present": np.array([0, 1, 3], np.int32)},
        {"value": np.full(9, np.nan)},
        {"threshold": np.zeros(3)},
        {"intercept": np.zeros((3, 1))},
    ],
)
def test_trees_that_point_outside_are_refused(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"tree|class"):
        replace(TREES, **change)


@pytest.mark.parametrize(
    "change",
    [{"intercept": np.zeros(2)}, {"scale": np.ones(2)}, {"mean": np.zeros(9), "scale": np.ones(9)}],
)
def test_linear_arrays_must_fit(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        replace(LINEAR, **change)


def model(scorer: Scorer, n_classes: int = 3) -> FittedModel:
    return FittedModel(
        schema=InputSchema(features=(Feature(name="age", kind="numeric"),)),
        label_space=LabelSpace.of([f"c{i}" for i in range(n_classes)]),
        featuriser=Featuriser(dense=(NumericPart(columns=("age",)),)),
        scorer=scorer,
        calibrator=Identity(),
        family="trees",
    )


def test_a_model_answers_in_its_label_space() -> None:
    proba = model(TREES).predict_proba({"age": [0.0, None]}, 2)
    assert proba.label_space.names == ("c0", "c1", "c2")
    assert proba.predicted.tolist() == [2, 2]


def test_a_model_whose_pieces_differ_in_size_is_refused() -> None:
    with pytest.raises(ValueError, match="classes"):
        model(TREES, n_classes=4)
    with pytest.raises(ValueError, match="features"):
        model(LINEAR)
    with pytest.raises(ValueError, match="classes"):
        replace(model(TREES), calibrator=VectorScaling(scale=np.ones(4), bias=np.zeros(4)))
