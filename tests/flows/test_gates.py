"""Binary models that answer first: proved, stored, reported and served as one version with the main model."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.artifact.read import read_bundle
from classward.artifact.write import check_equal, write_bundle
from classward.domain import SLO
from classward.errors import DataError, TaskFileError, UnknownClass
from classward.flows.deploy import ensure_live
from classward.flows.gates import gate_promises
from classward.flows.train import TrainResult, train
from classward.inference import Blend, Decider
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import report_from_json, report_html, report_json


def trained(project: Project, first: str, precision: float, more: str = "") -> TrainResult:
    text = project.task_file.read_text(encoding="utf-8")
    text += f"[slo]\nprecision.security = {precision}\n[decision]\nfirst = {first}\n{more}"
    project.task_file.write_text(text, encoding="utf-8")
    return train(project.open(), budget_s=3, n_threads=1, tell=lambda stage, what: None)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, TrainResult]:
    """One project with rows enough for a gate, trained once."""
    project = Project(tmp_path_factory.mktemp("gated"))
    tickets(1600, seed=1).write_parquet(project.folder / "tickets.parquet")
    return project, trained(project, '["security"]', 0.8, "keep_promises = true\n")


def test_rows_above_the_gate_are_answered_by_it_and_the_rest_by_the_main_model(
    gated: tuple[Project, TrainResult],
) -> None:
    project, made = gated
    assert made.report.analysis is not None
    answers = made.report.analysis.answers
    assert answers is not None
    (gate,) = answers.gates
    assert gate.proof.state == "guaranteed"
    assert gate.proof.figure.n > 20
    assert gate.proof.figure.interval is not None
    assert gate.precision.n > 5
    assert gate.precision.interval is not None
    assert dict(answers.paths)["gate:security"] == gate.precision.n
    assert report_from_json(report_json(made.report)) == made.report
    page = report_html(made.report, title="t", facts=())
    assert "looked for first" in page
    assert "gate:security" in page

    ensure_live(project.ctx)
    writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind="library", writer=writer)
    rows = tickets(80, seed=7)
    found = plane.answer(rows.drop("team").to_dicts()).predictions
    alone = [plane.answer([row]).predictions[0] for row in rows.drop("team").to_dicts()[:10]]
    writer.close()
    taken = [team for row, team in zip(found, rows["team"], strict=True) if row.path == "gate:security"]
    assert len(taken) > 5
    assert Counter(taken)["security"] / len(taken) >= 0.8
    assert {row.label for row in found if row.path == "gate:security"} == {"security"}
    assert {row.path for row in found} - {"gate:security"}
    assert [(row.label, row.path) for row in alone] == [(row.label, row.path) for row in found[:10]]


def test_a_bundle_with_gates_is_read_back_equal_and_a_moved_gate_is_noticed(
    gated: tuple[Project, TrainResult], tmp_path: Path
) -> None:
    project, made = gated
    folder = project.ctx.artifacts.path(made.version.bundle_hash)
    model = read_bundle(folder, expected_hash=made.version.bundle_hash).model
    assert isinstance(model, Blend)
    rows = tickets(50, seed=3)
    columns = columns_of(rows, model.schema)
    again = tmp_path / "again"
    again.mkdir()
    restored = read_bundle(again, expected_hash=write_bundle(again, model, extras={})).model
    check_equal(model, restored, columns=columns, n=50)
    first, second = (Decider(m.rule, m.label_space).decide(m.predict_proba(columns, 50)) for m in (model, restored))
    assert first.paths == second.paths
    assert "gate:security" in first.paths
    bare = dataclasses.replace(model, gates=(), rule=dataclasses.replace(model.rule, gates=()))
    with pytest.raises(Exception, match="CW506"):
        check_equal(model, bare, columns=columns, n=50)
    with pytest.raises(DataError, match="CW361"):
        Decider(model.rule, model.label_space).decide(bare.predict_proba(columns, 50))
    with pytest.raises(ValueError, match="other gates"):
        dataclasses.replace(model, gates=())


def test_a_gate_without_enough_rows_is_left_out_and_said_so(project: Project) -> None:
    made = trained(project, '["security"]', 0.999)
    assert made.report.analysis is not None
    assert made.report.analysis.answers is not None
    (gate,) = made.report.analysis.answers.gates
    assert (gate.proof.state, gate.proof.threshold) == ("not enough evidence", None)
    assert gate.proof.n_needed is not None
    assert any("gate for security" in note and "left out" in note for note in made.report.notes)
    assert {path for path, _ in made.report.analysis.answers.paths} == {"argmax"}


def test_gates_need_a_promise_and_a_class_that_exists(project: Project) -> None:
    slo = SLO(indicator="precision", class_name="billing", target=0.9)
    assert [p.target for p in gate_promises(("billing",), (slo,))] == [0.9]
    with pytest.raises(TaskFileError, match=r"CW360(.|\n)*precision.shipping"):
        gate_promises(("billing", "shipping"), (slo,))
    with pytest.raises((UnknownClass, TaskFileError), match="secuirty"):
        trained(project, '["secuirty"]', 0.8)
