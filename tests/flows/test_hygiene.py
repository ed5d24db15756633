"""A leak stops a training run unless a person accepts it, and the acceptance stands in what the report gets."""

from __future__ import annotations

import polars as pl
import pytest
from classward_project import TASK, Project

from classward.errors import DataError
from classward.flows.hygiene import leakage_checks, simple_baselines
from classward.flows.snapshot import TrainingData, take_snapshot


def snapshot(project: Project, *extra: pl.Expr) -> TrainingData:
    table = pl.read_parquet(project.folder / "tickets.parquet").with_columns(extra)
    table.write_parquet(project.folder / "tickets.parquet")
    names = "".join(f'\n{e.meta.output_name()} = "categorical"' for e in extra)
    project.task_file.write_text(TASK.replace('urgent = "boolean"', f'urgent = "boolean"{names}'), encoding="utf-8")
    return take_snapshot(project.open(), lambda stage, what: None)


def test_honest_rows_pass(project: Project) -> None:
    data = snapshot(project)
    checks, findings = leakage_checks(project.ctx, data)
    assert [f for f in findings if f.severity == "stop"] == []
    assert checks


def test_a_leak_stops_and_says_how_to_go_on(project: Project) -> None:
    data = snapshot(project, (pl.col("team") + " desk").alias("desk"), pl.col("team").str.slice(0, 2).alias("code"))
    with pytest.raises(DataError) as refused:
        leakage_checks(project.ctx, data)
    assert refused.value.code == "CW286"
    assert "'target_copy:desk'" in refused.value.fix
    with pytest.raises(DataError, match="CW286"):
        leakage_checks(project.ctx, data, accepted=("desk",))
    checks, findings = leakage_checks(project.ctx, data, accepted=("desk", "target_copy:code"))
    assert len([f for f in findings if f.severity == "stop"]) == 2
    assert [c[1] for c in checks if c[0] == "leakage: target_copy"] == [f"accepted by {project.ctx.actor}"] * 2


def test_accepting_what_was_not_found_is_refused(project: Project) -> None:
    data = snapshot(project)
    with pytest.raises(DataError) as refused:
        leakage_checks(project.ctx, data, accepted=("dsek",))
    assert refused.value.code == "CW287"


def test_a_leak_shows_in_the_single_column_baseline(project: Project) -> None:
    data = snapshot(project)
    honest = simple_baselines(project.ctx, data, data.folds.test)
    data = snapshot(project, (pl.col("team") + " desk").alias("desk"))
    leaky = simple_baselines(project.ctx, data, data.folds.test)
    assert honest[0].accuracy.value is not None
    assert honest[0].accuracy.value < 0.9
    assert leaky[0].name == "'desk' alone"
    assert leaky[0].accuracy.value == 1.0
    assert leaky[0].accuracy.n == len(data.folds.test)


def test_infinite_numbers_are_refused_by_the_row_of_the_file(project: Project) -> None:
    amount = pl.when(pl.int_range(400) == 377).then(float("inf")).otherwise(pl.col("amount"))
    table = pl.read_parquet(project.folder / "tickets.parquet").with_columns(
        amount=amount, team=pl.when(pl.int_range(400) < 10).then(None).otherwise(pl.col("team"))
    )
    table.write_parquet(project.folder / "tickets.parquet")
    with pytest.raises(DataError) as refused:
        take_snapshot(project.ctx, lambda stage, what: None)
    assert refused.value.code == "CW219"
    assert "row 378" in refused.value.what
