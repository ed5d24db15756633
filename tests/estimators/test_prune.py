"""Pruned models are smaller, whole, and near the one they come from."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.estimators import pruned, rescaled
from classward.inference import Blend, BlendMember, FlooredTemperature, Identity
from classward.lifecycle.train import How, LabelledRows, fit_one

SPACE = LabelSpace.of(["a", "b", "c"])
SCHEMA = InputSchema(features=(Feature(name="text", kind="text"), Feature(name="x", kind="numeric")))
HOW = How(seed=0, n_threads=1, should_stop=lambda: False)


def rows_of(n: int = 300) -> LabelledRows:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    words = (["invoice", "charged"], ["password", "login"], ["parcel", "courier"])
    texts = [f"{rng.choice(words[c])} please help {rng.integers(100)}" for c in y]
    return LabelledRows(
        columns={"text": texts, "x": (2.0 * y + rng.normal(size=n)).tolist()},
        n=n,
        y_index=y,
        schema=SCHEMA,
        label_space=SPACE,
    )


def blend_of(family: str, params: tuple[tuple[str, int | str], ...]) -> tuple[Blend, LabelledRows]:
    rows = rows_of()
    model = fit_one(Recipe(family=family, params=params), rows, HOW)
    member = BlendMember(models=(model,), calibrator=Identity(), weight=1.0)
    last = FlooredTemperature(temperature=1.0, share=1e-3)
    return Blend(schema=SCHEMA, label_space=SPACE, members=(member,), calibrator=last), rows


@pytest.mark.parametrize(
    ("family", "params"),
    [
        ("linear", (("iterations", 100),)),
        ("forest", (("trees", 40),)),
        ("lightgbm", (("iterations", 40), ("leaves", 7))),
    ],
)
def test_half_of_a_model_still_answers(family: str, params: tuple[tuple[str, int | str], ...]) -> None:
    model, rows = blend_of(family, params)
    small, n_smaller = pruned(model, 0.5)
    assert n_smaller == 1
    one, half = model.members[0].models[0], small.members[0].models[0]
    if family == "linear":
        assert half.featuriser.n_columns == pytest.approx(0.5 * one.featuriser.n_columns, abs=3)
    else:
        assert len(half.scorer.root) == len(one.scorer.root) // 2  # type: ignore[union-attr]
        assert len(half.scorer.feature) < len(one.scorer.feature)  # type: ignore[union-attr]
    right = [(m.predict_proba(rows.columns, rows.n).predicted == rows.y_index).mean() for m in (model, small)]
    assert right[1] > right[0] - 0.1


def test_trees_that_stay_answer_as_they_did() -> None:
    model, rows = blend_of("lightgbm", (("iterations", 20), ("leaves", 7)))
    fewer = blend_of("lightgbm", (("iterations", 10), ("leaves", 7)))[0]
    small, _ = pruned(model, 0.5)
    np.testing.assert_array_equal(small.logits(rows.columns, rows.n), fewer.logits(rows.columns, rows.n))


def test_half_a_forest_is_the_forest_of_its_first_trees() -> None:
    small, rows = pruned(blend_of("forest", (("trees", 50),))[0], 0.5)[0], rows_of()
    fewer = blend_of("forest", (("trees", 25),))[0]
    np.testing.assert_allclose(
        small.predict_proba(rows.columns, rows.n).matrix, fewer.predict_proba(rows.columns, rows.n).matrix, atol=1e-12
    )


def test_a_model_without_terms_and_trees_is_left_as_it_is() -> None:
    model, _ = blend_of("network", (("epochs", 2),))
    assert pruned(model, 0.5) == (model, 0)


def test_rescaling_brings_probabilities_back_towards_the_teacher() -> None:
    model, rows = blend_of("lightgbm", (("iterations", 60), ("leaves", 7)))
    small = pruned(model, 0.1)[0]
    wanted = model.predict_proba(rows.columns, rows.n).matrix
    off = [
        -(wanted * np.log(m.predict_proba(rows.columns, rows.n).matrix)).sum(axis=1).mean()
        for m in (small, rescaled(small, model, rows.columns, rows.n))
    ]
    assert off[1] < off[0]
