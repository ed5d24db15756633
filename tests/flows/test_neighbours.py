"""A version that answers by the nearest training rows, and names them as evidence."""

from __future__ import annotations

import json

import numpy as np
import pytest
from classward_project import Project, toy_encoder
from click.testing import CliRunner

from classward import wiring
from classward.artifact.read import read_bundle
from classward.cli.explain import command as explain_command
from classward.errors import UsageError
from classward.flows.deploy import ensure_live
from classward.flows.explain import explain_given, explain_logged
from classward.flows.explain_answers import AnswerExplainer
from classward.flows.history import why
from classward.flows.train import TrainResult, train
from classward.inference import Blend, NearestScorer

ROW = {"text": "my password was hacked", "urgent": True, "amount": 1.0}


def trained(project: Project, monkeypatch: pytest.MonkeyPatch, how: str, frame: str = "") -> TrainResult:
    monkeypatch.setattr("classward.flows.train.encoder_named", toy_encoder)
    return train(
        project.open(), budget_s=5, n_threads=1, tell=lambda stage, what: None, encoder="static", neighbours=how,
        frame=frame,
    )  # fmt: skip


def test_alone_it_is_a_version_that_names_its_evidence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained(project, monkeypatch, "alone")
    (candidate,) = made.candidates
    assert (candidate.recipe.family, candidate.weight) == ("neighbours", 1.0)
    assert all(c.recall.value > 0.8 for c in made.report.classes)
    ensure_live(project.ctx)
    found = explain_given(project.ctx, ROW)
    nearest = found.explanation.nearest
    assert [x.class_name for x in nearest] == ["security"] * 5
    assert [x.similarity for x in nearest] == sorted((x.similarity for x in nearest), reverse=True)
    table = project.ctx.snapshots.get(made.version.dataset_hash)
    for x in nearest:  # the id leads to a row of the snapshot that has that class and such words
        row = table.row(int(x.id.removeprefix("row ")), named=True)
        assert row["team"] == x.class_name
    shown = CliRunner().invoke(
        explain_command, ["--row", json.dumps(ROW), "-f", str(project.task_file)], catch_exceptions=False
    )
    assert "nearest training rows" in shown.output
    assert nearest[0].id in shown.output


def test_sealed_rows_are_never_evidence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained(project, monkeypatch, "alone")
    bundle = read_bundle(project.ctx.artifacts.path(made.version.bundle_hash), expected_hash=made.version.bundle_hash)
    assert isinstance(bundle.model, Blend)
    scorer = bundle.model.members[0].models[0].scorer
    assert isinstance(scorer, NearestScorer)
    numbers = {int(name.removeprefix("row ")) for name in scorer.ids}
    fold = project.ctx.snapshots.get(_rows_hash(project))["fold"].to_list()
    assert numbers
    assert all(fold[i] != "test" for i in numbers)


def _rows_hash(project: Project) -> str:
    (event,) = project.ctx.journal.events(kind="split_made")
    return str(json.loads(event.payload)["rows_hash"])


def test_stored_reasons_hold_the_evidence_too(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(project, monkeypatch, "alone")
    ensure_live(project.ctx)
    writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind="online", writer=writer)
    (answer,) = plane.answer([ROW], ids=["one"]).predictions
    assert plane.current is not None
    writer.attributions([AnswerExplainer(plane.current).explain("one", answer.label, ROW, clock=project.ctx.clock)])
    writer.close()
    stored = why(project.ctx, "one").attribution
    assert stored is not None
    assert stored.nearest == explain_logged(project.ctx, "one").explanation.nearest != ()


def test_beside_the_others_it_is_one_candidate(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained(project, monkeypatch, "beside")
    found = {c.recipe.family: c for c in made.candidates}
    assert len(found) > 2
    assert not found["neighbours"].failure
    assert found["neighbours"].log_loss is not None
    assert found["neighbours"].log_loss < np.log(3)


def test_alone_there_are_no_binary_questions(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="CW382"):
        trained(project, monkeypatch, "alone", frame="one-vs-rest")
