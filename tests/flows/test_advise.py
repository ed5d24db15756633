"""Recommendation on a real task: before and after training, with a planted leak, and nothing stored."""

from __future__ import annotations

import json

import polars as pl
from classward_project import TASK, Project
from click.testing import CliRunner

from classward.cli.advise import command
from classward.flows.advise import advise_on
from classward.flows.train import train


def test_before_training_the_plan_assumes_and_stores_nothing(project: Project) -> None:
    before = project.ctx.journal.head()
    found = advise_on(project.ctx)
    assert project.ctx.journal.head() == before
    assert found.n_rows == 400
    assert found.measured_version is None
    assert found.advice[0].topic == "multiclass"
    assert found.not_scanned == ""
    assert [f for f in found.findings if f.severity == "stop"] == []
    security = next(n for n in found.needs if n.class_name == "security")
    assert security.target == 0.8
    assert security.recall.value is None


def test_after_training_the_plan_uses_what_was_measured(project: Project) -> None:
    made = train(project.ctx, budget_s=5, n_threads=1, tell=lambda stage, what: None)
    found = advise_on(project.ctx)
    assert found.measured_version == 1
    recalls = {c.class_name: c.recall for c in made.report.classes}
    assert {n.class_name: n.recall for n in found.needs} == recalls


def test_a_planted_leak_is_shown_by_the_command(project: Project) -> None:
    table = pl.read_parquet(project.folder / "tickets.parquet").with_columns(closed_by=pl.col("team") + " desk")
    table.write_parquet(project.folder / "tickets.parquet")
    project.task_file.write_text(TASK.replace('urgent = "boolean"', 'urgent = "boolean"\nclosed_by = "categorical"'))
    shown = CliRunner().invoke(command, ["-f", str(project.task_file)], catch_exceptions=False)
    assert "target_copy:closed_by" in shown.output
    assert all(len(line) <= 110 for line in shown.output.splitlines())
    plain = CliRunner().invoke(command, ["-f", str(project.task_file), "--json"], catch_exceptions=False)
    findings = json.loads(plain.output)["findings"]
    assert {f["severity"] for f in findings if "closed_by" in f["columns"]} == {"stop"}


def test_what_is_not_multiclass_is_said_not_refused(project: Project) -> None:
    table = pl.read_parquet(project.folder / "tickets.parquet").with_columns(team=pl.Series(range(400)) * 1.37)
    table.write_parquet(project.folder / "tickets.parquet")
    found = advise_on(project.ctx)
    assert found.advice[0].topic == "regression"
    assert found.needs == ()
    assert found.not_scanned
