"""A gate that has no time is left out and says so; the clock is a virtual one."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from classward.domain import ClassPromise, Feature, InputSchema, LabelSpace, Plan, Recipe
from classward.flows.budget import Budget
from classward.flows.gates import with_gates
from classward.flows.portfolio import Portfolio, blend_of, run_plan
from classward.lifecycle.train import FitFold, LabelledRows

N = 240
PLAN = Plan(
    recipes=(Recipe(family="linear", params=(("solver", "logistic"),)),), shares=(0.9,), n_folds=3, is_refitted=True,
    budget_s=60.0, seed=0, n_threads=1, task_hash="", dataset_hash="", rows_hash="",
)  # fmt: skip
PROMISES = tuple(ClassPromise(class_name=name, indicator="precision", target=0.5) for name in ("a", "b"))


@pytest.fixture(scope="module")
def trained() -> tuple[LabelledRows, list[FitFold], Portfolio]:
    rng = np.random.default_rng(0)
    y = np.arange(N) % 3
    schema = InputSchema(features=(Feature(name="x", kind="numeric"), Feature(name="z", kind="numeric")))
    points = np.eye(3)[y][:, :2] * 4.0 + rng.normal(size=(N, 2))
    rows = LabelledRows(
        columns={"x": points[:, 0].tolist(), "z": points[:, 1].tolist()}, n=N, y_index=y, schema=schema,
        label_space=LabelSpace.of(["a", "b", "c"]),
    )  # fmt: skip
    fold = rng.permutation(N) % 3
    folds = [FitFold(fit=np.flatnonzero(fold != i), held=np.flatnonzero(fold == i)) for i in range(3)]
    done = run_plan(
        PLAN, rows, folds, budget=Budget(clock_s=lambda: 0.0, ends_s=60.0), kept=lambda recipe: None,
        finish=lambda found: found, tell=lambda what: None,
    )  # fmt: skip
    return rows, folds, blend_of(PLAN, rows, folds, done, tell=lambda what: None)


def ticking(step_s: float) -> Callable[[], float]:
    ticks = itertools.count()
    return lambda: next(ticks) * step_s


@pytest.mark.parametrize(
    ("budget", "n_gates", "why"),
    [
        (Budget(clock_s=lambda: 0.0, ends_s=60.0), 2, ""),
        (Budget(clock_s=lambda: 61.0, ends_s=60.0), 0, "no time (those before it took all the time)"),
        (Budget(clock_s=ticking(2.0), ends_s=30.0), 0, "no time (left out: it needs"),
    ],
)
def test_gates_are_made_within_the_time(
    budget: Budget, n_gates: int, why: str, trained: tuple[LabelledRows, list[FitFold], Portfolio]
) -> None:
    rows, folds, found = trained
    made = with_gates(PLAN, rows, folds, found, PROMISES, tell=lambda what: None, budget=budget)
    assert len(made.cuts) == n_gates
    assert len(made.proofs) == 2
    if why:
        assert {proof.state for proof in made.proofs} == {"not enough evidence"}
        assert all(f"not enough evidence: {why}" in remark for remark in made.remarks)
