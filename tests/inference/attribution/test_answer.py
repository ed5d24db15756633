"""An answer is explained exactly where its model allows it, calibration worked in; elsewhere by sampling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace
from classward.inference import (
    Blend,
    BlendMember,
    Featuriser,
    FittedModel,
    Identity,
    LinearScorer,
    NumericPart,
    Temperature,
    VectorScaling,
)
from classward.inference.attribution import Background, exact_pieces, explain_answer, typical_background

FEATURES = tuple(Feature(name=n, kind="numeric") for n in ("a", "b"))
SPACE = LabelSpace.of(["x", "y", "z"])
COLUMNS = {"a": [2.0], "b": [-1.0]}
BACKGROUND = Background({"a": [0.0, 1.0], "b": [0.5, 0.0]}, FEATURES, 2)


def linear() -> FittedModel:
    featuriser = Featuriser(dense=(NumericPart(columns=("a", "b")),))
    rng = np.random.default_rng(0)
    n = featuriser.n_columns
    scorer = LinearScorer(
        mean=np.zeros(n),
        scale=np.ones(n),
        weights=rng.normal(size=(n, 3)).astype(np.float32),
        intercept=rng.normal(size=3),
    )
    return FittedModel(
        schema=InputSchema(features=FEATURES), label_space=SPACE, featuriser=featuriser, scorer=scorer,
        calibrator=Identity(), family="linear",
    )  # fmt: skip


def blend(inner: object, outer: object) -> Blend:
    model = linear()
    member = BlendMember(models=(model,), calibrator=inner, weight=1.0)
    return Blend(schema=model.schema, label_space=SPACE, members=(member,), calibrator=outer)


@pytest.mark.parametrize(
    "inner", [Identity(), Temperature(temperature=2.0), VectorScaling(scale=np.array([0.5, 1.0, 2.0]), bias=np.ones(3))]
)
def test_contributions_add_up_to_the_calibrated_log_odds(inner: object) -> None:
    model = blend(inner, Temperature(temperature=1.5))
    found = explain_answer(model, COLUMNS, 0, BACKGROUND, rng=np.random.default_rng(0), class_name="x", contrast="y")
    p = model.predict_proba(COLUMNS, 1).matrix[0]
    assert found.method.startswith("exact")
    assert found.score == pytest.approx(np.log(p[0] / p[1]), abs=1e-5)
    assert found.base + sum(c.value for c in found.contributions) == pytest.approx(found.score, abs=1e-5)


def test_what_mixes_models_is_explained_by_sampling() -> None:
    model = blend(Identity(), Identity())
    two = replace(model, members=(replace(model.members[0], weight=0.5), replace(model.members[0], weight=0.5)))
    assert exact_pieces(two) is None
    found = explain_answer(two, COLUMNS, 0, BACKGROUND, rng=np.random.default_rng(0), n_permutations=64)
    assert "sampling" in found.method
    assert found.base + sum(c.value for c in found.contributions) == pytest.approx(found.score, abs=0.3)


def test_a_typical_row_stands_for_what_is_not_known() -> None:
    features = (*FEATURES, Feature(name="text", kind="text"))
    background = typical_background({"a": 3.0}, features)
    assert (background.n, background.columns) == (1, {"a": [3.0], "b": [None], "text": [""]})


def test_short_explanations_still_add_up() -> None:
    found = explain_answer(linear(), COLUMNS, 0, BACKGROUND, rng=np.random.default_rng(0), most=1)
    assert [c.column for c in found.contributions][1:] == ["(all others)"]
    assert found.base + sum(c.value for c in found.contributions) == pytest.approx(found.score, abs=1e-6)
