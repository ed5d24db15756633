from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.domain import ClassDef, Feature, InputSchema, LabelSpace, Recipe
from classward.errors import DataError, NotMulticlass
from classward.inference import FittedModel, StaticEncoder, TreeScorer
from classward.lifecycle.train import How, LabelledRows, fit_one, plan
from classward.lifecycle.train.families import FAMILIES

SAID = {
    0: "why was a fee billed on my invoice",
    1: "my card was lost or stolen",
    2: "i cannot log in with my password",
    3: "i want my money back please refund",
}
SPACE = LabelSpace(
    classes=tuple(
        ClassDef(id=name, name=name, definition=SAID[i])
        for i, name in enumerate(("billing", "card", "login", "refund"))
    )
)
SCHEMA = InputSchema(
    features=(
        Feature(name="body", kind="text"),
        Feature(name="age", kind="numeric"),
        Feature(name="is_new", kind="boolean"),
        Feature(name="plan", kind="categorical"),
    )
)
SMALL: dict[str, tuple[tuple[str, int | str], ...]] = {
    "linear": (("iterations", 10),),
    "clustered": (("iterations", 10),),
    "lightgbm": (("iterations", 10),),
    "forest": (("trees", 30),),
    "network": (("epochs", 30), ("first", 24), ("second", 12)),
    "kernel": (),
    "embedding": (("iterations", 10),),
    "likeness": (),
    "neighbours": (),
    "zero-shot": (("adapter", "meaning"),),
    "brought": (("estimator", "sklearn.linear_model:LogisticRegression"), ("settings", '{"C": 100.0}')),
}
_TOKENS = tuple(sorted({word for said in SAID.values() for word in said.split()}))
ENCODER = StaticEncoder(
    tokens=_TOKENS, vectors=np.random.default_rng(2).normal(size=(len(_TOKENS), 8)).astype(np.float16),
    weights=np.ones(len(_TOKENS), np.float32),
)  # fmt: skip
N = 400
RNG = np.random.default_rng(1)
Y = RNG.integers(0, 4, N)
COLUMNS: dict[str, list[object]] = {
    "body": [" ".join(RNG.permutation(SAID[y].split())[:4]) for y in Y],
    "age": [float(y + RNG.normal() / 4) if RNG.random() > 0.1 else None for y in Y],
    "is_new": [bool(y % 2) if RNG.random() > 0.1 else None for y in Y],
    "plan": [("free", "free", "gold", "gold")[y] for y in Y],
}


def rows_of(y: np.ndarray = Y, schema: InputSchema = SCHEMA) -> LabelledRows:
    return LabelledRows(columns=COLUMNS, n=N, y_index=y, schema=schema, label_space=SPACE)


def fit(
    recipe: Recipe, y: np.ndarray = Y, schema: InputSchema = SCHEMA, held: LabelledRows | None = None
) -> FittedModel:
    how = How(seed=0, n_threads=1, should_stop=lambda: False, held=held, encoder=ENCODER)
    return fit_one(recipe, rows_of(y, schema), how)


def recipes(*kinds: str) -> tuple[tuple[InputSchema, Recipe], ...]:
    schema = InputSchema(features=tuple(f for f in SCHEMA.features if f.kind in kinds))
    made = plan(
        schema=schema, n_rows=N, n_classes=4, budget_s=1.0, seed=0, n_threads=1, task_hash="", dataset_hash="",
        rows_hash="",
    )  # fmt: skip
    return tuple((schema, r) for r in made.recipes)


EVERY = (*recipes("text"), *recipes("numeric", "boolean", "categorical"), *recipes("text", "numeric", "categorical"))


@pytest.mark.parametrize(("schema", "recipe"), EVERY, ids=lambda x: getattr(x, "family", None) or "-".join(x.names))
def test_every_planned_recipe_learns(schema: InputSchema, recipe: Recipe) -> None:
    model = fit(recipe, schema=schema)
    assert model.family == recipe.family
    assert model.schema == schema
    proba = model.predict_proba(COLUMNS, N)
    assert proba.label_space == SPACE
    assert (proba.predicted == Y).mean() > 0.85


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_arguments_give_the_same_model(family: str) -> None:
    one, two = (fit(Recipe(family=family, params=SMALL[family])) for _ in range(2))
    np.testing.assert_array_equal(one.logits(COLUMNS, N), two.logits(COLUMNS, N))


@pytest.mark.parametrize(
    "family", [name for name in FAMILIES if name != "zero-shot"]
)  # that one knows it by definition
def test_a_class_without_a_row_is_answered_with_next_to_nothing(family: str) -> None:
    y = np.where(Y == 2, 3, Y)
    proba = fit(Recipe(family=family, params=SMALL[family]), y).predict_proba(COLUMNS, N)
    assert proba.matrix[:, 2].max() < 1e-9


def test_one_class_with_rows_is_refused_by_name() -> None:
    with pytest.raises(NotMulticlass, match=r"CW201(.|\n)*rows of 'refund'"):
        fit(Recipe(family="linear"), np.full(N, 3))


def test_labels_must_fit_the_rows() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        fit(Recipe(family="linear"), Y[:-1])
    with pytest.raises(ValueError, match="do not fit"):
        fit(Recipe(family="linear"), Y + 1)


def test_unknown_families_and_params_name_the_nearest() -> None:
    with pytest.raises(DataError, match=r"CW232.*did you mean 'lightgbm'"):
        fit(Recipe(family="lightgmb"))
    with pytest.raises(DataError, match=r"CW233.*did you mean 'iterations'"):
        fit(Recipe(family="linear", params=(("iteration", 5),)))


@pytest.mark.parametrize("family", ["forest", "network", "kernel", "brought"])
def test_families_for_tables_learn_and_leave_text_out(family: str) -> None:
    model = fit(Recipe(family=family, params=SMALL[family]))
    columns = COLUMNS | {"body": [None] * N}
    proba = model.predict_proba(columns, N)
    assert (proba.predicted == Y).mean() > 0.85
    np.testing.assert_array_equal(model.logits(columns, N), model.logits(COLUMNS, N))
    assert model.featuriser.unseen({**COLUMNS, "plan": ["new"] * N}, N)[0] == ("unseen:plan",)


@pytest.mark.parametrize("family", ["lightgbm", "forest", "network", "kernel"])
def test_families_for_tables_have_nothing_to_learn_from_text_alone(family: str) -> None:
    with pytest.raises(DataError, match="CW230"):
        fit(Recipe(family=family), schema=replace(SCHEMA, features=SCHEMA.features[:1]))


def test_rows_with_nothing_known_get_an_answer() -> None:
    columns: dict[str, list[object]] = {
        "body": [None, "ψψ"],
        "age": [None, 1e30],
        "is_new": [None] * 2,
        "plan": [None, "?"],
    }
    for family in FAMILIES:
        model = fit(Recipe(family=family, params=SMALL[family]))
        assert np.isfinite(model.predict_proba(columns, 2).matrix).all()


def test_held_rows_tell_boosted_trees_when_to_stop() -> None:
    """Held rows whose labels contradict training get worse with every round, so that few rounds are kept."""

    def n_rounds(held_y: np.ndarray) -> int:
        recipe = Recipe(family="lightgbm", params=(("iterations", 60), ("patience", 5)))
        model = fit(recipe, held=rows_of(held_y))
        assert isinstance(model.scorer, TreeScorer)
        return model.scorer.n_rounds

    assert n_rounds((Y + 1) % 4) <= 2
    assert n_rounds(Y) > 20
