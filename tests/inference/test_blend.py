from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace
from classward.inference import (
    Blend,
    BlendMember,
    CategoryPart,
    Featuriser,
    FittedModel,
    FlooredTemperature,
    Identity,
    LinearScorer,
    MatrixScaling,
    NumericPart,
    Temperature,
    softmax,
)

SPACE = LabelSpace.of(["a", "b", "c"])
SCHEMA = InputSchema(features=(Feature(name="x", kind="numeric"), Feature(name="kind", kind="categorical")))
COLUMNS = {"x": [0.5, -1.0, None], "kind": ["new", "old", None]}


def model(seed: int) -> FittedModel:
    rng = np.random.default_rng(seed)
    featuriser = Featuriser(
        dense=(NumericPart(columns=("x",)),), categories=(CategoryPart(column="kind", categories=("old",)),)
    )
    scorer = LinearScorer(
        mean=np.zeros(1),
        scale=np.ones(1),
        weights=rng.normal(size=(featuriser.n_columns, 3)).astype(np.float32),
        intercept=rng.normal(size=3),
    )
    return FittedModel(
        schema=SCHEMA, label_space=SPACE, featuriser=featuriser, scorer=scorer, calibrator=Identity(), family="linear"
    )


def test_a_blend_is_the_weighted_mean_of_its_calibrated_members() -> None:
    one, two, three = model(1), model(2), model(3)
    blend = Blend(
        schema=SCHEMA,
        label_space=SPACE,
        members=(
            BlendMember(models=(one,), calibrator=Temperature(temperature=2.0), weight=0.25),
            BlendMember(models=(two, three), calibrator=Identity(), weight=0.75),
        ),
        calibrator=Identity(),
    )
    bag = (softmax(two.logits(COLUMNS, 3)) + softmax(three.logits(COLUMNS, 3))) / 2
    expected = 0.25 * softmax(one.logits(COLUMNS, 3) / 2) + 0.75 * bag
    assert blend.predict_proba(COLUMNS, 3).matrix == pytest.approx(expected)
    assert blend.unseen(COLUMNS, 3) == [("unseen:kind",), (), ()]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"members": ()}, "sum to 0"),
        ({"label_space": LabelSpace.of(["a", "b", "d"])}, "another schema or label space"),
        ({"calibrator": MatrixScaling(temperature=1.0, floor=1e-4, weights=np.eye(2), bias=np.zeros(2))}, "2 classes"),
    ],
)
def test_pieces_that_do_not_fit_are_refused(change: dict[str, object], words: str) -> None:
    member = BlendMember(models=(model(1),), calibrator=Identity(), weight=1.0)
    blend = Blend(schema=SCHEMA, label_space=SPACE, members=(member,), calibrator=Identity())
    with pytest.raises(ValueError, match=words):
        replace(blend, **change)


def test_no_member_without_models_or_weight() -> None:
    for models, weight in (((), 0.5), ((model(1),), 0.0)):
        with pytest.raises(ValueError, match="a member of"):
            BlendMember(models=models, calibrator=Identity(), weight=weight)


def test_matrix_scaling_floors_centres_and_mixes() -> None:
    calibrator = MatrixScaling(temperature=2.0, floor=1e-2, weights=2.0 * np.eye(3), bias=np.array([0.0, 1.0, 0.0]))
    logits = np.log(np.array([[0.7, 0.3, 1e-9]]))
    floored = np.log(np.array([[0.7, 0.3, 1e-2]]))
    assert calibrator.apply(logits) == pytest.approx(softmax(np.add(floored, [[0.0, 1.0, 0.0]])), abs=1e-6)


def test_a_floored_temperature_never_says_impossible() -> None:
    proba = FlooredTemperature(temperature=1.0, share=0.03).apply(np.array([[500.0, 0.0, -500.0]]))
    assert proba == pytest.approx(np.array([[0.98, 0.01, 0.01]]))
