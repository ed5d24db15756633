"""Turning knobs with the time that is left."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.datasets import make_classification

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.estimators import Knob, Search
from classward.flows import tune as tune_flow
from classward.flows.budget import Budget
from classward.flows.portfolio import Finished, blend_of, run_plan
from classward.flows.tune import tune
from classward.lifecycle.train import FitFold, LabelledRows, plan

N = 300


def rows() -> LabelledRows:
    X, y = make_classification(N, 6, n_informative=4, n_classes=3, random_state=0)
    schema = InputSchema(features=tuple(Feature(name=f"x{i}", kind="numeric") for i in range(6)))
    columns = {f"x{i}": X[:, i].tolist() for i in range(6)}
    space = LabelSpace.of(["a", "b", "c"])
    return LabelledRows(columns=columns, n=N, y_index=y.astype(np.int64), schema=schema, label_space=space)


def folds() -> tuple[FitFold, ...]:
    every = np.arange(N)
    return tuple(FitFold(fit=every[every % 3 != k], held=every[every % 3 == k]) for k in range(3))


def ticking(step_s: float) -> Budget:
    """A clock that moves on by a step each time it is asked."""
    ticks = itertools.count()
    return Budget(clock_s=lambda: next(ticks) * step_s, ends_s=200.0)


def run(monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[Finished, ...], tuple[Finished, ...], list[str]]:
    monkeypatch.setattr(tune_flow, "_MOST_TRIALS", 12)
    made = plan(
        schema=rows().schema, n_rows=N, n_classes=3, budget_s=200.0, seed=0, n_threads=1, task_hash="", dataset_hash="",
        rows_hash="",
    )  # fmt: skip
    said: list[str] = []
    base = tuple(r for r in made.recipes if r.family in {"kernel", "linear"})
    made = type(made)(
        recipes=base, shares=(0.1, 0.1), n_folds=3, is_refitted=True, is_tuned=True, budget_s=200.0, seed=0,
        n_threads=1, task_hash="", dataset_hash="", rows_hash="",
    )  # fmt: skip
    given = {"kept": lambda recipe: None, "finish": lambda found: found, "tell": said.append}
    budget = ticking(0.01)
    done = run_plan(made, rows(), folds(), budget=budget, **given)  # type: ignore[arg-type]
    trials = tune(made, rows(), folds(), done, budget=budget, **given)  # type: ignore[arg-type]
    blend_of(made, rows(), folds(), done + trials, tell=said.append)
    return done, trials, said


def test_trials_are_candidates_of_the_families_with_knobs(monkeypatch: pytest.MonkeyPatch) -> None:
    _, trials, said = run(monkeypatch)
    assert len(trials) == 12
    assert {t.candidate.recipe.family for t in trials} == {"kernel"}
    assert len({t.candidate.recipe.hash for t in trials}) > 8
    assert any("12 trials" in line for line in said)


def test_hopeless_trials_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _, trials, _ = run(monkeypatch)
    cut = [t for t in trials if t.candidate.log_loss is None]
    assert cut
    assert all(t.candidate.failure.startswith("cut after") for t in cut)


def test_the_same_seed_tries_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (tuple(t.candidate.recipe for t in run(monkeypatch)[1]) for _ in range(2))
    assert one == two


def test_no_time_no_trial() -> None:
    made = plan(
        schema=rows().schema, n_rows=N, n_classes=3, budget_s=200.0, seed=0, n_threads=1, task_hash="", dataset_hash="",
        rows_hash="",
    )  # fmt: skip
    given = {"kept": lambda recipe: None, "finish": lambda found: found, "tell": lambda what: None}
    late = Budget(clock_s=lambda: 199.9, ends_s=200.0)
    from classward.domain import Candidate

    finished = Finished(
        candidate=Candidate(recipe=Recipe(family="kernel"), log_loss=0.5, fit_s=1.0), models=(), logits=np.zeros((0, 3))
    )
    assert tune(made, rows(), folds(), (finished,), budget=late, **given) == ()  # type: ignore[arg-type]


def test_a_search_finds_the_low_end() -> None:
    search = Search([Knob(name="x", low=0.01, high=10.0, is_log=True)], seed=0)
    scores = []
    for _ in range(80):
        ((_, x),) = search.ask()
        scores.append(abs(float(np.log(x)) + 1.0))
        search.tell(scores[-1])
    assert np.mean(scores[-30:]) < np.mean(scores[:8])
