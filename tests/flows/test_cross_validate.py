"""Cross-validation by one command, and sealed rows that were read too often."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from classward_project import TASK, Project

from classward.domain import Plan
from classward.errors import DataError, Refused, UsageError
from classward.flows import cross_validate as cross_validation
from classward.flows.context import note
from classward.flows.cross_validate import Asked, cross_validate
from classward.flows.sealed import check_not_worn_out, nested_remarks
from classward.flows.snapshot import take_snapshot
from classward.lifecycle.train import FitFold, LabelledRows, Treatment, brought_recipe


def with_roles(project: Project, roles: str) -> None:
    table = pl.read_parquet(project.folder / "tickets.parquet").with_columns(
        at=pl.datetime(2026, 1, 1) + pl.duration(hours=pl.int_range(pl.len())), who=pl.int_range(pl.len()) // 4
    )
    table.write_parquet(project.folder / "tickets.parquet")
    project.task_file.write_text(TASK.replace('label = "team"\n', f'label = "team"\n{roles}\n'), encoding="utf-8")
    project.open()


def tell_nothing(stage: str, what: str) -> None:
    pass


def test_plain_rounds_give_mean_and_spread_per_class(project: Project) -> None:
    found = cross_validate(project.ctx, Asked(n_folds=3, budget_s=3.0), tell=tell_nothing)
    assert found.strategy == "stratified"
    assert len(found.rounds) == 3
    assert {c.class_name for c in found.classes} == {"billing", "security", "shipping"}
    assert all(c.recall.interval and c.recall_spread is not None for c in found.classes)
    assert sum(c.n for c in found.classes) == sum(r.n_held for r in found.rounds) == 320
    assert found.optimism is None
    assert [e.kind for e in project.ctx.journal.events(task="desk", kind="holdout_read")] == []


def test_nested_rounds_tell_how_much_choosing_flatters(project: Project) -> None:
    said: list[str] = []
    asked = Asked(n_folds=3, n_inner=2, budget_s=3.0)
    found = cross_validate(project.ctx, asked, tell=lambda stage, what: said.append(what))
    assert found.is_nested
    assert found.optimism is not None
    assert found.optimism.value == pytest.approx(
        sum(r.log_loss - (r.inner_log_loss or 0) for r in found.rounds) / len(found.rounds)
    )
    assert sum("chose" in line for line in said) == 3
    stored = [json.loads(e.payload) for e in project.ctx.journal.events(task="desk", kind="cross_validated")]
    assert stored[0]["is_nested"]
    remarks = nested_remarks(project.ctx, dataset_hash=found.dataset_hash, rows_hash=found.rows_hash)
    assert "choosing flatters by" in remarks[0]


@pytest.mark.parametrize(
    ("roles", "strategy", "used", "warned"),
    [
        ('time = "at"', "auto", "time", ""),
        ('time = "at"', "stratified", "stratified", "in the order of time"),
        ('group = "who"', "auto", "group", ""),
        ('group = "who"', "plain", "plain", "both sides"),
    ],
)
def test_rows_are_dealt_as_asked_and_random_ones_are_warned_of(
    project: Project, roles: str, strategy: str, used: str, warned: str
) -> None:
    with_roles(project, roles)
    found = cross_validate(project.ctx, Asked(n_folds=2, strategy=strategy, budget_s=1.0), tell=tell_nothing)
    assert found.strategy == used
    assert any(warned in text for text in found.warnings) if warned else not found.warnings


def test_a_strategy_without_its_column_is_refused(project: Project) -> None:
    for strategy in ("time", "group", "tiem"):
        with pytest.raises(DataError, match="CW234"):
            cross_validate(project.ctx, Asked(strategy=strategy), tell=tell_nothing)


def test_sealed_rows_wear_out_until_nested_cross_validation_or_fresh_rows(project: Project) -> None:
    data = take_snapshot(project.ctx, tell_nothing)
    rows = {"rows_hash": data.split.rows_hash, "dataset_hash": data.dataset.hash}
    for _ in range(project.ctx.task.most_holdout_reads):
        check_not_worn_out(project.ctx, **rows)
        note(project.ctx, "holdout_read", rows, why="a look")
    with pytest.raises(Refused, match=r"CW229(.|\n)*read 20 times(.|\n)*--nested"):
        check_not_worn_out(project.ctx, **rows)
    for _ in range(2):
        cross_validate(project.ctx, Asked(n_folds=2, n_inner=2, budget_s=2.0), tell=tell_nothing)
        check_not_worn_out(project.ctx, **rows)
        note(project.ctx, "holdout_read", rows, why="the look that it judges")
        with pytest.raises(Refused, match="CW229"):
            check_not_worn_out(project.ctx, **rows)


def test_rows_of_an_outer_round_take_no_part_in_what_is_chosen(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, bool]] = []
    run_plan = cross_validation.run_plan

    def noting(made: Plan, rows: LabelledRows, folds: Sequence[FitFold], **given: Any) -> Any:
        seen.append((rows.n, rows.origin is None))
        return run_plan(made, rows, folds, **given)

    monkeypatch.setattr(cross_validation, "run_plan", noting)
    found = cross_validate(project.ctx, Asked(n_folds=2, n_inner=2, budget_s=2.0), tell=tell_nothing)
    assert seen == [(r.n_fit, True) for r in found.rounds]


def test_nested_rounds_train_as_training_was_asked_to(project: Project) -> None:
    said: list[str] = []
    asked = Asked(
        n_folds=2, n_inner=2, budget_s=4.0, frame="one-vs-rest", treatment=Treatment(balance="inverse"),
        brought=(brought_recipe("sklearn.naive_bayes:GaussianNB"),),
    )  # fmt: skip
    found = cross_validate(project.ctx, asked, tell=lambda stage, what: said.append(what))
    chosen = " ".join(r.chosen for r in found.rounds)
    assert "one-vs-rest" in chosen
    assert all(r.accuracy > 0.7 for r in found.rounds)
    plain = cross_validate(project.ctx, replace(asked, n_inner=0), tell=tell_nothing)
    assert "one-vs-rest" in plain.rounds[0].chosen


def test_a_frame_that_does_not_exist_is_refused_before_anything_is_fitted(project: Project) -> None:
    with pytest.raises(UsageError, match="CW290"):
        cross_validate(project.ctx, Asked(frame="one-vs-none"), tell=tell_nothing)
