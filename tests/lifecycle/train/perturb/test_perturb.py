"""Perturbed rows: what changes, what never does."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.errors import UsageError
from classward.lifecycle.train import How, LabelledRows, fit_one, fitting_perturbations, perturbed
from classward.lifecycle.train.perturb import PERTURBATIONS, with_perturbed

SCHEMA = InputSchema(
    features=(
        Feature(name="text", kind="text"),
        Feature(name="x", kind="numeric"),
        Feature(name="kind", kind="categorical", is_required=True),
        Feature(name="flag", kind="boolean"),
    )
)
SPACE = LabelSpace.of(["a", "b", "c"])


def rows_of(n: int = 60) -> LabelledRows:
    rng = np.random.default_rng(0)
    y = np.arange(n) % 3
    words = ["refund money please", "password was stolen", "parcel came späť 遅い"]
    return LabelledRows(
        columns={
            "text": [words[c] if i % 10 else None for i, c in enumerate(y)],
            "x": [float(v) if i % 7 else None for i, v in enumerate(rng.normal(size=n) + y)],
            "kind": ["p", "q", "r"] * (n // 3),
            "flag": [bool(i % 2) for i in range(n)],
        },
        n=n, y_index=y, schema=SCHEMA, label_space=SPACE,
    )  # fmt: skip


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_perturbation_changes_its_columns_alone_and_is_repeatable(name: str) -> None:
    rows = rows_of()
    one, again = (perturbed(rows.columns, SCHEMA, name, np.random.default_rng(1)) for _ in range(2))
    assert one == again
    changed = {c for c in one if list(one[c]) != list(rows.columns[c])}
    assert changed
    assert changed <= {f.name for f in SCHEMA.features if f.kind in PERTURBATIONS[name].kinds}
    for c in one:
        assert len(one[c]) == rows.n
        if name != "missing":
            assert [v is None for v in one[c]] == [v is None for v in rows.columns[c]]


def test_columns_that_rows_must_have_are_never_emptied() -> None:
    made = perturbed(rows_of().columns, SCHEMA, "missing", np.random.default_rng(0))
    assert None not in made["kind"]
    assert None in made["flag"]


def test_typos_keep_texts_close_and_case_keeps_letters() -> None:
    rng = np.random.default_rng(0)
    texts = ["my invoice was charged twice this month"] * 50
    typed = PERTURBATIONS["typos"].change(texts, rng)
    assert all(abs(len(t) - len(texts[0])) <= 12 and t != texts[0] for t in typed)
    assert {str(t).lower() for t in PERTURBATIONS["case"].change(texts, rng)} == {texts[0]}
    assert PERTURBATIONS["typos"].change(["", "1234", "🙂"], rng) == ["", "1234", "🙂"]
    spaced = PERTURBATIONS["spaces"].change(texts, rng)
    assert {str(t).replace(" ", "").replace("\t", "") for t in spaced} == {texts[0].replace(" ", "")}


def test_jitter_is_small_beside_the_spread_and_leaves_gaps_and_infinities() -> None:
    values = [*np.linspace(0.0, 100.0, 101).tolist(), None, float("inf")]
    moved = PERTURBATIONS["jitter"].change(values, np.random.default_rng(0))
    assert moved[-2] is None
    assert moved[-1] == float("inf")
    assert 0.0 < np.abs(np.array(moved[:-2]) - np.array(values[:-2])).max() < 40.0


def test_fitting_on_copies_doubles_the_rows_and_keeps_their_classes_and_weights() -> None:
    rows = rows_of()
    made = with_perturbed(rows, "all", np.random.default_rng(0))
    assert made.n == 2 * rows.n
    assert list(made.columns["text"][: rows.n]) == list(rows.columns["text"])
    assert np.bincount(made.y_index).tolist() == (2 * np.bincount(rows.y_index)).tolist()


def test_a_recipe_that_says_perturb_is_fitted_on_changed_copies() -> None:
    rows, how = rows_of(), How(seed=0, n_threads=1, should_stop=lambda: False)
    plain = Recipe(family="linear", params=(("iterations", 50),))
    both = Recipe(family="linear", params=(("iterations", 50), ("perturb", "typos+case")))
    n_terms = [fit_one(recipe, rows, how).featuriser.n_columns for recipe in (plain, both)]
    assert n_terms[1] > n_terms[0]


def test_unknown_and_useless_perturbations_are_refused() -> None:
    rows = rows_of()
    with pytest.raises(UsageError, match=r"CW370.*typos"):
        perturbed(rows.columns, SCHEMA, "typo", np.random.default_rng(0))
    numbers = InputSchema(features=(Feature(name="x", kind="numeric"),))
    with pytest.raises(UsageError, match=r"CW370.*fits no column"):
        perturbed({"x": [1.0]}, numbers, "typos", np.random.default_rng(0))
    assert fitting_perturbations(numbers) == ("jitter", "missing")
