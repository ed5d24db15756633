"""Weights of classes, and what families make of them."""

from __future__ import annotations

import numpy as np
import pytest
from mixed_tickets import SPACE, rows_of

from classward.domain import Recipe
from classward.errors import DataError, UsageError
from classward.lifecycle.train import How, LabelledRows, balance_params, balanced, brought_recipe, fit_one
from classward.lifecycle.train.balance.weights import effective_weights, inverse_weights

RNG = np.random.default_rng(0)
FAMILIES = [
    Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 200))),
    Recipe(family="linear", params=(("solver", "svc"), ("iterations", 200))),
    Recipe(family="lightgbm", params=(("iterations", 30), ("patience", 30))),
    Recipe(family="forest", params=(("trees", 60), ("fewest_rows", 8))),
    Recipe(family="network", params=(("epochs", 25), ("first", 16), ("second", 8))),
    Recipe(family="kernel"),
    brought_recipe("sklearn.linear_model:LogisticRegression"),
]


def overlapping(n: int = 700, seed: int = 0) -> LabelledRows:
    """Three classes of unequal size that overlap, so that weights move borders."""
    rng = np.random.default_rng(seed)
    rows = rows_of((n, n // 4, n // 10, 0), seed=seed)
    amount = rows.y_index + 1.2 * rng.normal(size=rows.n)
    return LabelledRows(
        columns=rows.columns | {"amount": amount.tolist(), "plan": ["free"] * rows.n, "is_new": [True] * rows.n,
                                "items": [1] * rows.n, "body": [None] * rows.n, "opened": [None] * rows.n},
        n=rows.n, y_index=rows.y_index, schema=rows.schema, label_space=SPACE,
    )  # fmt: skip


def test_inverse_weights_make_classes_count_alike() -> None:
    rows = balanced(rows_of(), "inverse", rng=RNG)
    assert rows.weight is not None
    assert rows.weight.mean() == pytest.approx(1.0)
    totals = np.bincount(rows.y_index, weights=rows.weight)
    np.testing.assert_allclose(totals, totals.mean())


def test_effective_weights_follow_the_paper() -> None:
    weights = effective_weights(np.array([1, 10, 100_000, 200_000, 0]))
    np.testing.assert_allclose(weights[:2], [1.0, 0.001 / (1 - 0.999**10)])
    assert weights[2] == pytest.approx(weights[3])  # common classes count alike, however large
    assert weights[4] == 0.0
    plain = inverse_weights(np.array([1, 10, 100_000, 200_000, 0]))
    assert plain[2] == pytest.approx(2 * plain[3])


def test_declared_weights_are_taken_by_name() -> None:
    rows = balanced(rows_of(), "custom", class_weights='{"refund": 4, "login": 2.0}', rng=RNG)
    assert rows.weight is not None
    of = {SPACE.names[c]: rows.weight[rows.y_index == c][0] for c in range(4)}
    assert of["refund"] == pytest.approx(4 * of["billing"])
    assert of["login"] == pytest.approx(2 * of["card"])


def test_weights_follow_their_rows() -> None:
    rows = balanced(rows_of(), "inverse", rng=RNG)
    part = rows.take(np.array([3, 1]))
    assert part.weight is not None
    assert rows.weight is not None
    np.testing.assert_array_equal(part.weight, rows.weight[[3, 1]])


@pytest.mark.parametrize("recipe", FAMILIES, ids=lambda recipe: recipe.title)
def test_every_family_answers_rare_classes_more_often_with_weights(recipe: Recipe) -> None:
    rows, new = overlapping(), overlapping(seed=1)
    how = How(seed=0, n_threads=1, should_stop=lambda: False)
    weighted = Recipe(family=recipe.family, params=(*recipe.params, *balance_params("inverse")))
    plain, more = (fit_one(r, rows, how).logits(new.columns, new.n).argmax(axis=1) for r in (recipe, weighted))
    rare = new.y_index > 0
    assert (more == new.y_index)[rare].mean() > (plain == new.y_index)[rare].mean() + 0.15
    assert (more == new.y_index).mean() < (plain == new.y_index).mean()


def test_a_family_without_weights_says_so() -> None:
    recipe = Recipe(family="likeness", params=balance_params("inverse"))
    with pytest.raises(DataError, match="CW350"):
        fit_one(recipe, rows_of(), How(seed=0, n_threads=1, should_stop=lambda: False))


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("", "CW349"), ("[1]", "CW349"), ("{}", "CW349"), ('{"refunds": 2}', "did you mean 'refund'"),
        ('{"refund": 0}', "above 0"), ('{"refund": true}', "above 0"), ('{"refund": "3"}', "above 0"),
    ],
)  # fmt: skip
def test_weights_that_cannot_be_used_are_refused(declared: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        balanced(rows_of(), "custom", class_weights=declared, rng=RNG)


def test_ways_that_do_not_exist_name_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"CW348.*did you mean 'smote'"):
        balanced(rows_of(), "smot", rng=RNG)
    with pytest.raises(UsageError, match=r"CW348.*did you mean 'inverse'"):
        balance_params("invers")
    with pytest.raises(UsageError, match="belong together"):
        balance_params("over", '{"refund": 2}')
    assert balance_params("") == ()
