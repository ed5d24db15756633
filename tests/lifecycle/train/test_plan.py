from __future__ import annotations

import pytest

from classward.domain import Feature, InputSchema, Plan
from classward.lifecycle.train import brought_recipe, plan
from classward.lifecycle.train.families import FAMILIES


def schema(*kinds: str) -> InputSchema:
    return InputSchema(features=tuple(Feature(name=f"{kind}{i}", kind=kind) for i, kind in enumerate(kinds)))


def make(*kinds: str, n_rows: int = 10_000, n_classes: int = 20, budget_s: float = 60.0, n_threads: int = 1) -> Plan:
    return plan(
        schema=schema(*kinds), n_rows=n_rows, n_classes=n_classes, budget_s=budget_s, seed=7, n_threads=n_threads,
        task_hash="t", dataset_hash="d", rows_hash="r",
    )  # fmt: skip


def params(made: Plan, family: str) -> dict[str, object]:
    return next(dict(r.params) for r in made.recipes if r.family == family)


def test_text_gets_a_linear_model_and_no_trees() -> None:
    made = make("text")
    assert [r.family for r in made.recipes] == ["linear"]
    assert params(made, "linear")["solver"] == "svc"


def test_tables_get_trees_and_logistic_regression() -> None:
    made = make("numeric", "categorical", "date", "boolean")
    assert [r.family for r in made.recipes] == ["linear", "forest", "kernel", "network", "lightgbm"]
    assert params(made, "linear")["solver"] == "logistic"
    assert [r.family for r in make("numeric", budget_s=2.0).recipes] == ["linear", "forest", "lightgbm"]


def test_families_that_many_rows_forbid_are_left_out() -> None:
    assert {r.family for r in make("numeric", n_rows=100_000).recipes} == {"linear", "forest", "network", "lightgbm"}
    assert {r.family for r in make("numeric", n_rows=1_000_000).recipes} == {"lightgbm"}


def test_text_beside_other_columns_gets_both() -> None:
    made = make("text", "numeric")
    assert {r.family for r in made.recipes} >= {"lightgbm", "linear"}
    assert params(made, "linear")["solver"] == "svc"


def test_every_family_named_exists() -> None:
    assert {r.family for r in (*make("text", "numeric").recipes, *make("numeric").recipes)} <= set(FAMILIES)


def test_passes_grow_with_the_budget_and_shrink_with_rows() -> None:
    few, more, many = (make(*["numeric"] * 20, n_rows=50_000, budget_s=s) for s in (1.0, 30.0, 3000.0))
    counts = [params(p, "linear")["iterations"] for p in (few, more, many)]
    assert counts == sorted(counts)  # type: ignore[type-var]
    assert counts[0] < counts[2]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("n_rows", "budget_s", "is_time_ordered", "n_folds"),
    [
        (1_000, 30.0, False, 5),
        (10_000, 30.0, False, 3),
        (1_000_000, 300.0, False, 1),
        (1_000, 2.0, False, 1),
        (1_000, 30.0, True, 1),
    ],
)
def test_folds(n_rows: int, budget_s: float, is_time_ordered: bool, n_folds: int) -> None:
    made = plan(
        schema=schema("numeric"), n_rows=n_rows, n_classes=3, budget_s=budget_s, seed=7, n_threads=1, task_hash="t",
        dataset_hash="d", rows_hash="r", is_time_ordered=is_time_ordered,
    )  # fmt: skip
    assert (made.n_folds, made.is_refitted) == (n_folds, n_folds > 1)


def test_even_no_budget_trains_something() -> None:
    made = make("text", "numeric", budget_s=0.0)
    assert params(made, "linear")["iterations"] > 0  # type: ignore[operator]


def test_many_classes_do_not_make_endless_trees() -> None:
    made = params(make("numeric", n_classes=150, budget_s=1e6), "lightgbm")
    assert made["iterations"] * 150 <= 16_000  # type: ignore[operator]


def test_the_plan_depends_on_its_arguments_alone_and_its_hash_not_on_threads() -> None:
    assert make("text") == make("text")
    assert make("numeric", n_threads=1).recipes == make("numeric", n_threads=8).recipes
    assert make("numeric", n_threads=1).hash == make("numeric", n_threads=8).hash
    assert make("text", budget_s=10).hash != make("text", budget_s=11).hash


def test_what_is_brought_comes_second_and_takes_a_third_of_the_time_at_most() -> None:
    brought = tuple(brought_recipe("sklearn.naive_bayes:GaussianNB", f'{{"var_smoothing": 1e-{i}}}') for i in range(6))
    made = plan(
        schema=schema("numeric"), n_rows=500, n_classes=3, budget_s=60.0, seed=0, n_threads=1, task_hash="",
        dataset_hash="", rows_hash="", brought=(*brought, brought[0]),
    )  # fmt: skip
    assert made.recipes[0].family == "linear"
    assert made.recipes[1:7] == brought
    assert [r.family for r in made.recipes[7:]] == ["forest", "kernel", "network", "lightgbm"]
    assert sum(made.shares[1:7]) == pytest.approx(0.33)
    assert sum(made.shares) < 0.94
    assert made.recipes[1].title == "brought GaussianNB"
