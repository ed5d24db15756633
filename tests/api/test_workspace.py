"""Predictor and workspace answer as the server does and shows reports in a notebook."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from classward_project import Project, tickets

import classward
from classward.flows.deploy import ensure_live
from classward.flows.train import train


@pytest.fixture
def live(tmp_path: Path) -> Path:
    project = Project(tmp_path)
    train(project.ctx, budget_s=5, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    return project.task_file


def test_a_predictor_answers_and_logs_in_this_process(live: Path) -> None:
    rows = tickets(10, seed=5).drop("team").to_dicts()
    with classward.load(live) as predictor:
        answer = predictor.predict(rows, ids=[f"r{i}" for i in range(10)], top_k=2)
    workspace = classward.Workspace(live)
    assert workspace.status().window.n_predictions == 10
    logged = workspace._context.log.predictions()
    assert dict(zip(logged["id"], logged["label"], strict=True)) == {p.id: p.label for p in answer.predictions}
    assert set(logged["kind"]) == {"library"}
    assert logged.filter(pl.col("id") == "r3")["probability"][0] == pytest.approx(answer.predictions[3].probability)


def test_without_a_log_every_answer_says_so(live: Path) -> None:
    with classward.Predictor(live, is_logged=False) as predictor:
        answer = predictor.predict(tickets(3, seed=5).drop("team").to_dicts())
    assert all("unlogged" in p.flags for p in answer.predictions)
    assert classward.Workspace(live).status().window.n_predictions == 0


def test_scores_are_told_apart_from_probabilities_and_lead_to_them(live: Path) -> None:
    rows = tickets(6, seed=5).drop("team").to_dicts()
    with classward.load(live) as predictor:
        logits = predictor.logits(rows)
        answer = predictor.predict(rows)
        model = predictor._plane.current.model
    assert model.calibrator.apply(logits).max(axis=1) == pytest.approx([p.probability for p in answer.predictions])
    workspace = classward.Workspace(live)
    assert workspace.status().window.n_predictions == 6, "scores are not answers"
    logged = dict(workspace._context.log.predictions().select("id", "probabilities").iter_rows())
    for row, given in zip(logits, answer.predictions, strict=True):
        again = model.calibrator.apply(row[None])[0]
        assert logged[given.id] == pytest.approx(again.tolist(), abs=1e-6), (
            "what is logged can be taken back to margins"
        )


def test_a_report_shows_itself_in_a_notebook(live: Path) -> None:
    shown = classward.Workspace(live).report()
    page = shown._repr_html_()
    assert page.startswith("<iframe srcdoc=")
    assert "security" in page
    assert "<script" not in page
    assert shown.data.n > 0


def test_unknown_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError):
        classward.nonsense  # noqa: B018 - the access is the test
