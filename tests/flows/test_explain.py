"""Why: for a logged answer, a row, and a class now beside before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.errors import DataError, Refused
from classward.flows.deploy import ensure_live
from classward.flows.explain import explain_change, explain_given, explain_logged
from classward.flows.explain_answers import AnswerExplainer
from classward.flows.history import why
from classward.flows.train import train


@pytest.fixture
def live(project: Project) -> Project:
    train(project.ctx, budget_s=4, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    return project


def answered(project: Project, rows: list[dict[str, object]], share: float = 1.0) -> list[str]:
    """Answer rows through the data plane, with reasons as the server makes them; give the ids."""
    writer = wiring.open_writer(project.ctx, project.settings)
    settings = replace(project.settings, payload_share=share)
    plane = wiring.data_plane(project.ctx, settings, kind="online", writer=writer)
    ids = [f"r{i}" for i in range(len(rows))]
    answer = plane.answer(rows, ids=ids)
    assert plane.current is not None
    explainer = AnswerExplainer(plane.current)
    writer.attributions(
        [
            explainer.explain(p.id, p.label, row, clock=project.ctx.clock)
            for p, row in zip(answer.predictions, rows, strict=True)
            if p.label == "security"
        ]
    )
    writer.close()
    return ids


def test_why_shows_the_reasons_that_were_stored_and_explain_makes_better_ones(live: Project) -> None:
    (one,) = answered(live, [{"text": "my password was hacked", "urgent": True, "amount": 1.0}])
    stored = why(live.ctx, one).attribution
    assert stored is not None
    assert stored.class_name == "security"
    assert stored.n_background == 1
    thorough = explain_logged(live.ctx, one)
    assert thorough.label == "security"
    assert thorough.explanation.n_background >= 40
    against = explain_logged(live.ctx, one, contrast="billing").explanation
    assert against.contrast == "billing"
    total = against.base + sum(c.value for c in against.contributions)
    assert total == pytest.approx(against.score, abs=0.5)


def test_a_row_that_was_never_asked_can_be_explained(live: Project) -> None:
    found = explain_given(live.ctx, {"text": "parcel is late, courier lost", "amount": 2.0})
    assert found.label == "shipping"
    assert any(c.token for c in found.explanation.contributions)


def test_a_row_that_was_not_kept_is_refused(live: Project) -> None:
    (one,) = answered(live, [{"text": "invoice charged"}], share=0.0)
    with pytest.raises(Refused, match="CW356"):
        explain_logged(live.ctx, one)


def test_rows_without_their_private_values_are_not_explained_as_if_whole(live: Project) -> None:
    (one,) = answered(live, [{"text": "invoice charged"}])
    ctx = replace(live.ctx, task=replace(live.ctx.task, private=(("text", "hash"),)))
    with pytest.raises(Refused, match="CW451"):
        explain_logged(ctx, one)
    with pytest.raises(Refused, match="CW451"):
        explain_change(ctx, "security", window=timedelta(days=7))


def test_the_drift_of_what_moves_a_class(live: Project) -> None:
    with pytest.raises(DataError, match="CW357"):
        explain_change(live.ctx, "security", window=timedelta(days=7))
    rows = [r for r in tickets(120, seed=7).to_dicts() if r.pop("team") == "security"]
    answered(live, rows)
    found = explain_change(live.ctx, "security", window=timedelta(days=7))
    assert found.now.n >= 10
    assert found.before.class_name == "security"
    assert {c.name for c in found.changes} >= {"text"}
    assert json.dumps([c.verdict for c in found.changes])
