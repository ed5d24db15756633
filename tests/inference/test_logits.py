"""Logits stay apart from probabilities, and give them back."""

from __future__ import annotations

import typing

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace
from classward.inference import (
    Blend,
    BlendMember,
    Featuriser,
    FittedModel,
    FlooredTemperature,
    LinearScorer,
    NumericPart,
    Scorer,
    Temperature,
    VectorScaling,
)

SCHEMA = InputSchema(features=(Feature(name="x", kind="numeric"),))
SPACE = LabelSpace.of(["a", "b", "c"])


@pytest.mark.parametrize("kind", typing.get_args(Scorer), ids=lambda kind: kind.__name__)
def test_what_scores_speaks_of_logits_alone(kind: type) -> None:
    public = [name for name in dir(kind) if not name.startswith("_")]
    assert "logits" in public
    assert not [name for name in public if "proba" in name]


def model(weights: list[float]) -> FittedModel:
    scorer = LinearScorer(
        mean=np.zeros(1), scale=np.ones(1), weights=np.array([weights], dtype=np.float32), intercept=np.zeros(3)
    )
    return FittedModel(
        schema=SCHEMA, label_space=SPACE, featuriser=Featuriser(dense=(NumericPart(columns=("x",)),)), scorer=scorer,
        calibrator=Temperature(temperature=2.0), family="linear",
    )  # fmt: skip


@pytest.mark.parametrize("weight", [1.0, 1e4, 3e30])
def test_probabilities_follow_from_logits_however_large(weight: float) -> None:
    one = model([weight, -weight, 0.5 * weight])
    columns, n = {"x": [-2.0, 0.0, 1e-9, 3.0]}, 4
    logits = one.logits(columns, n)
    proba = one.predict_proba(columns, n).matrix
    np.testing.assert_array_equal(one.calibrator.apply(logits), proba)
    assert np.isfinite(proba).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    blend = Blend(
        schema=SCHEMA, label_space=SPACE, calibrator=FlooredTemperature(temperature=0.5, share=1e-3),
        members=(BlendMember(models=(one,), calibrator=Temperature(temperature=0.05), weight=1.0),),
    )  # fmt: skip
    mixed = blend.predict_proba(columns, n).matrix
    np.testing.assert_array_equal(blend.calibrator.apply(blend.logits(columns, n)), mixed)
    assert (mixed > 0.0).all()


def test_calibrators_stay_finite_at_extreme_logits() -> None:
    logits = np.array([[1e8, -1e8, 0.0], [-50.0, -50.0, -50.0], [700.0, 699.0, -1e5]])
    for calibrator in (
        Temperature(temperature=0.05),
        VectorScaling(scale=np.array([20.0, 0.1, 1.0]), bias=np.array([5.0, 0.0, -5.0])),
        FlooredTemperature(temperature=20.0, share=1e-6),
    ):
        proba = calibrator.apply(logits)
        assert np.isfinite(proba).all()
        np.testing.assert_allclose(proba.sum(axis=1), 1.0)
