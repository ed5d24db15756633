"""Inputs of no class are told by a rule that never saw one, and the rule travels with the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from classward.artifact.read import read_bundle
from classward.artifact.write import write_bundle
from classward.domain import DecisionRule, Feature, InputSchema, LabelSpace, Plan, Recipe
from classward.flows.budget import Budget
from classward.flows.news import _most_rows, tells_news
from classward.flows.portfolio import blend_of, run_plan
from classward.inference import Blend, Decider
from classward.lifecycle.train import FitFold, LabelledRows

N, CLASSES = 360, 6


def test_the_rule_is_learned_stored_and_obeyed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(N) % CLASSES
    rows = labelled(around(y, rng), y)
    fold = rng.permutation(N) % 3
    folds = [FitFold(fit=np.flatnonzero(fold != i), held=np.flatnonzero(fold == i)) for i in range(3)]
    done = run_plan(
        PLAN, rows, folds, budget=Budget(clock_s=lambda: 0.0, ends_s=60.0), kept=lambda recipe: None,
        finish=lambda found: found, tell=lambda what: None,
    )  # fmt: skip
    found = blend_of(PLAN, rows, folds, done, tell=lambda what: None)
    made, remark = tells_news(PLAN, rows, done, found, known_accuracy=0.9, tell=lambda what: None)
    slow = [replace(f, candidate=replace(f.candidate, fit_s=600.0)) for f in done]
    assert [_most_rows(slow, found, 60_000, left_s) for left_s in (300.0, 60.0)] == [6_000, 2_000]
    assert "90% asked" in remark
    model = with_rule(made.model)
    restored = read_bundle(tmp_path, expected_hash=write_bundle(tmp_path, model, extras={})).model
    assert isinstance(restored, Blend)

    known, new = (
        columns(m)
        for m in (around(y[:60], np.random.default_rng(1)), np.random.default_rng(2).normal(scale=0.2, size=(60, 2)))
    )
    asked = restored.predict_proba(known, 60)
    assert asked.is_new is not None
    np.testing.assert_array_equal(asked.is_new, model.predict_proba(known, 60).is_new)
    assert asked.is_new.mean() < 0.2
    done_new = Decider(model.rule, model.label_space).decide(restored.predict_proba(new, 60))
    assert done_new.is_abstained.mean() > 0.8
    assert set(np.array(done_new.paths)[done_new.is_abstained]) == {"abstain:unknown"}


PLAN = Plan(
    recipes=(Recipe(family="linear", params=(("solver", "logistic"),)), Recipe(family="kernel")), shares=(0.4, 0.4),
    n_folds=3, is_refitted=True, budget_s=60.0, seed=0, n_threads=1, task_hash="", dataset_hash="", rows_hash="",
)  # fmt: skip


def with_rule(model: Blend) -> Blend:
    return Blend(
        schema=model.schema, label_space=model.label_space, members=model.members, calibrator=model.calibrator,
        rule=DecisionRule.plain(model.label_space), novelty=model.novelty,
    )  # fmt: skip


def around(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Classes on a circle; nothing is in the middle."""
    angle = 2.0 * np.pi * y / CLASSES
    return 4.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(scale=0.5, size=(len(y), 2))


def columns(matrix: np.ndarray) -> dict[str, list[float]]:
    return {"a": matrix[:, 0].tolist(), "b": matrix[:, 1].tolist()}


def labelled(matrix: np.ndarray, y: np.ndarray) -> LabelledRows:
    return LabelledRows(
        columns=columns(matrix), n=len(y), y_index=y, label_space=LabelSpace.of([f"c{i}" for i in range(CLASSES)]),
        schema=InputSchema(features=(Feature(name="a", kind="numeric"), Feature(name="b", kind="numeric"))),
    )  # fmt: skip
