"""A version that knows its classes by their definitions: trained, reported per class, stored and answering."""

from __future__ import annotations

import numpy as np
import pytest
from classward_project import WORDS, Project, tickets, toy_encoder

from classward import wiring
from classward.errors import DataError
from classward.flows.deploy import ensure_live
from classward.flows.train import TrainResult, train

DEFINITIONS = '[classes.definitions]\nbilling = "an invoice or payment"\nsecurity = "a hacked login"\n'
SHIPPING = '[classes.about.shipping]\ndefinition = "the parcel of a courier"\n'


def trained(
    project: Project, monkeypatch: pytest.MonkeyPatch, how: str, more: str = DEFINITIONS + SHIPPING
) -> TrainResult:
    monkeypatch.setattr("classward.flows.train.encoder_named", toy_encoder)
    project.task_file.write_text(project.task_file.read_text(encoding="utf-8") + more, encoding="utf-8")
    return train(
        project.open(), budget_s=5, n_threads=1, tell=lambda stage, what: None, encoder="static", zero_shot=how
    )


def test_alone_it_is_a_version_like_any_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained(project, monkeypatch, "alone")
    (candidate,) = made.candidates
    assert (candidate.recipe.family, candidate.weight) == ("zero-shot", 1.0)
    assert [c.class_name for c in made.report.classes] == list(WORDS)
    assert all(c.recall.value > 0.8 and c.recall.n > 5 for c in made.report.classes)
    ensure_live(project.ctx)
    writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind="library", writer=writer)
    rows = tickets(40, seed=7)
    answer = plane.answer(rows.drop("team").to_dicts(), sets=True)
    writer.close()
    assert np.mean([row.label == team for row, team in zip(answer.predictions, rows["team"], strict=True)]) > 0.8
    assert all(row.label in row.possible for row in answer.predictions)


def test_a_gate_is_left_out_where_nothing_can_be_asked_in_binary_questions(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = '[decision]\nfirst = ["billing"]\n'
    made = trained(project, monkeypatch, "alone", DEFINITIONS + SHIPPING + first)
    assert any("gate for billing: left out, no model of the blend" in note for note in made.report.notes)


def test_beside_the_others_it_is_one_candidate(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained(project, monkeypatch, "beside")
    found = {c.recipe.family: c for c in made.candidates}
    assert len(found) > 2
    assert found["zero-shot"].log_loss is not None
    assert found["zero-shot"].log_loss < np.log(3)
    assert found["zero-shot"].calibrator in {"none", "temperature", "matrix scaling"}


def test_a_class_without_a_definition_stops_before_anything_is_fitted(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="CW295 class 'shipping' has no definition"):
        trained(project, monkeypatch, "alone", DEFINITIONS)
    assert not list(project.ctx.journal.events(kind="candidate_finished"))
