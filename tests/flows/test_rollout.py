"""Rollouts through real backends: evidence from the record log, verdicts and routes in the journal, replay."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.domain import LabelSpace, Prediction, failure_counter, format_time
from classward.errors import Refused, UsageError
from classward.flows.compare import replay
from classward.flows.context import note
from classward.flows.deploy import deploy_now, ensure_live
from classward.flows.label import accept_labels
from classward.flows.label_space import last_label_space
from classward.flows.quarantine import lift_quarantine, quarantine
from classward.flows.rollout import abort, begin, freeze, judge_now, pause, promote, resume, thaw, tick_rollout
from classward.flows.train import train
from classward.flows.versions import registry_state
from classward.lifecycle.release import check_chain


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("rollout"))
    train(project.ctx, budget_s=1, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    tickets(420, seed=2).write_parquet(project.folder / "tickets.parquet")
    train(project.ctx, budget_s=1, n_threads=1, tell=lambda stage, what: None)
    return project


@pytest.fixture
def desk(trained: Project, tmp_path: Any) -> Any:
    """The same workspace for all; each test ends what it began."""
    project: Any = trained
    project.writer = wiring.open_writer(project.ctx, project.settings)
    project.mark = tmp_path.name
    yield project
    if registry_state(project.ctx.journal, "desk").frozen:
        thaw(project.ctx, because="test over")
    if registry_state(project.ctx.journal, "desk").rollout is not None:
        abort(project.ctx, because="test over")
    project.writer.close()
    project.clock.advance_to(project.clock.now() + timedelta(days=100))


def state(project: Any) -> Any:
    return registry_state(project.ctx.journal, "desk")


def answered(
    project: Any, n: int, *, truth: str, live: str, candidate: str, start: int = 0, canary: bool = False
) -> None:
    """Rows that both versions answered, with the labels that came for them."""
    space = last_label_space(project.ctx)
    assert space is not None
    ids = [f"{project.mark}-{start + i}" for i in range(n)]
    hashes = {v.version: v.bundle_hash for v in state(project).versions}
    sides = [(1, "shadow" if canary else "live", live), (2, "canary" if canary else "shadow", candidate)]
    for version, route, label in sides:
        rows = [_row(project, i, space, version, hashes[version], route, label) for i in ids]
        assert project.writer.predictions(rows)
    now = project.clock.now()
    raw = [{"id": i, "label": truth, "event_at": format_time(now), "source": "people"} for i in ids]
    accept_labels(raw, label_space=space, log=project.ctx.log, writer=project.writer, now=now)


def _row(
    project: Any, row_id: str, space: LabelSpace, version: int, bundle_hash: str, route: str, label: str
) -> Prediction:
    return Prediction(
        id=row_id, request_id="r", at=project.clock.now(), task="desk", version=version, bundle_hash=bundle_hash,
        label_space_hash=space.hash, route=route, label=label, probability=0.9, probabilities=(0.9, 0.05, 0.05),
        path="model", flags=(), kind="online", latency_ms=1.0,
    )  # fmt: skip


def later(project: Any, days: float) -> Any:
    project.clock.advance_to(project.clock.now() + timedelta(days=days))
    return tick_rollout(project.ctx, now=project.clock.now())


def routes(project: Any) -> list[tuple[str, int, float]]:
    return [(r.role, r.version, r.weight) for r in state(project).deployment.routes]


def test_a_good_candidate_goes_all_the_way_on_evidence_and_every_verdict_replays(desk: Any) -> None:
    begin(desk.ctx, 2)
    assert routes(desk) == [("live", 1, 1.0), ("shadow", 2, 1.0)]
    look = later(desk, 15)
    assert (look.verdict.outcome, look.decision.verdict) == ("hold", "hold")
    assert "security: 0 mature labels" in " ".join(look.verdict.missing)
    assert later(desk, 1).decision is None, "the same verdict is not recorded twice"
    answered(desk, 400, truth="security", live="security", candidate="security")
    assert later(desk, 0.5).verdict.outcome == "hold", "labels of young answers do not promote"
    seen = []
    for _ in range(4):
        assert later(desk, 1.1).verdict.outcome == "advance"
        seen.append(routes(desk)[-1])
        answered(desk, 120, truth="billing", live="billing", candidate="billing", start=1000 * len(seen), canary=True)
    assert [(role, weight) for role, _, weight in seen] == [
        ("canary", 0.05), ("canary", 0.25), ("canary", 1.0), ("live", 1.0)
    ]  # fmt: skip
    assert state(desk).live.version == 2
    assert state(desk).rollouts[-1].stage == "finished"
    for event in desk.ctx.journal.events(task="desk", kind="rollout_judged"):
        stored, is_same = replay(desk.ctx, json.loads(event.payload)["decision"]["id"])
        assert is_same, stored
    assert check_chain(desk.ctx.journal.events()) == ()
    deploy_now(desk.ctx, 1, because="for the other tests")


def test_a_worse_candidate_is_rolled_back_by_young_labels_and_the_journal_says_why(desk: Any) -> None:
    begin(desk.ctx, 2)
    answered(desk, 60, truth="security", live="security", candidate="billing")
    look = later(desk, 0.01)
    assert (look.verdict.outcome, look.verdict.cause) == ("abort", "quality")
    assert routes(desk) == [("live", 1, 1.0)]
    last = list(desk.ctx.journal.events(task="desk"))[-1]
    assert (last.kind, state(desk).rollouts[-1].cause) == ("rolled_back", "quality")
    assert "recall of 'security' -1.000 on 60 paired labels" in last.why
    assert replay(desk.ctx, look.decision.id)[1]


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_candidate_that_fails_is_rolled_back_even_while_paused(desk: Any, is_paused: bool) -> None:
    begin(desk.ctx, 2)
    if is_paused:
        pause(desk.ctx, because="lunch")
    rollout = state(desk).rollout
    desk.writer.count(failure_counter(rollout.candidate_hash, "on a row: ValueError"))
    desk.clock.advance_to(desk.clock.now() + timedelta(seconds=2))
    desk.writer.tick()
    look = later(desk, 0.001)
    assert (look.verdict.outcome, look.verdict.cause) == ("abort", "failures")
    assert "on a row: ValueError" in look.verdict.reasons[0]


def test_a_canary_that_misses_its_promise_is_rolled_back(desk: Any) -> None:
    begin(desk.ctx, 2, first="canary", because="shadow was run elsewhere")
    assert routes(desk)[-1] == ("canary", 2, 0.05)
    answered(desk, 60, truth="security", live="billing", candidate="billing", canary=True)
    assert later(desk, 0.01).verdict.cause == "burn"


def test_people_pause_resume_promote_and_abort_each_with_a_reason(desk: Any) -> None:
    begin(desk.ctx, 2)
    pause(desk.ctx, because="lunch")
    assert later(desk, 1).verdict.cause == "paused"
    resume(desk.ctx, because="back")
    promote(desk.ctx, because="the vendor asks")
    assert routes(desk)[-1] == ("canary", 2, 0.05)
    promote(desk.ctx, because="all of it", is_full=True)
    assert routes(desk)[-1] == ("canary", 2, 1.0)
    abort(desk.ctx, because="no")
    assert routes(desk) == [("live", 1, 1.0)]
    with pytest.raises(Refused, match="CW834"):
        abort(desk.ctx, because="again")
    for say in (pause, resume, promote):
        with pytest.raises(Refused, match="CW834"):
            say(desk.ctx, because="x")
    for say in (pause, resume, promote, abort, freeze, thaw):
        with pytest.raises(UsageError, match="CW901"):
            say(desk.ctx, because=" ")


def test_abort_after_everything_is_over_is_a_rollback(desk: Any) -> None:
    begin(desk.ctx, 2)
    promote(desk.ctx, because="go", is_full=True)
    promote(desk.ctx, because="done")
    assert state(desk).live.version == 2
    abort(desk.ctx, because="regret")
    assert routes(desk) == [("live", 1, 1.0)]


def test_two_at_once_a_freeze_and_a_hand_on_the_routes(desk: Any) -> None:
    begin(desk.ctx, 2)
    with pytest.raises(Refused, match="CW838"):
        begin(desk.ctx, 2)
    freeze(desk.ctx, because="holidays")
    for change in (lambda: promote(desk.ctx, because="x"), lambda: deploy_now(desk.ctx, 2, because="x")):
        with pytest.raises(Refused, match="CW837"):
            change()
    abort(desk.ctx, because="possible meanwhile")
    with pytest.raises(Refused, match="CW837"):
        begin(desk.ctx, 2)
    thaw(desk.ctx, because="over")
    with pytest.raises(Refused, match="CW840"):
        thaw(desk.ctx, because="twice")
    begin(desk.ctx, 2)
    deploy_now(desk.ctx, 2, because="by hand")
    assert (state(desk).rollout, state(desk).rollouts[-1].cause) == (None, "routes were changed by hand")
    deploy_now(desk.ctx, 1, because="back")
    with pytest.raises(Refused, match="CW804"):
        begin(desk.ctx, 1)
    with pytest.raises(UsageError, match="CW901"):
        begin(desk.ctx, 2, first="canary")


def test_a_candidate_put_into_quarantine_is_rolled_back(desk: Any) -> None:
    begin(desk.ctx, 2)
    quarantine(desk.ctx, 2, because="it learned from erased rows")
    assert later(desk, 0.001).verdict.cause == "failures"
    with pytest.raises(Refused, match="CW608"):
        begin(desk.ctx, 2)
    lift_quarantine(desk.ctx, 2, because="test over")


def test_state_survives_a_restart_and_a_person_who_was_quicker(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(desk.ctx, 2)
    answered(desk, 60, truth="security", live="security", candidate="billing")
    before = state(desk).rollout
    ctx = desk.open()
    assert registry_state(ctx.journal, "desk").rollout == before
    head = ctx.journal.head()
    monkeypatch.setattr(type(ctx.journal), "head", lambda self: head)
    note(ctx, "holdout_read", {"rows_hash": "x"}, why="somebody else writes")
    look = tick_rollout(ctx, now=desk.clock.now())
    assert look is not None
    assert look.verdict.cause == "journal moved on"
    monkeypatch.undo()
    assert later(desk, 0.001).verdict.outcome == "abort"


def test_looking_records_nothing(desk: Any) -> None:
    begin(desk.ctx, 2)
    head = desk.ctx.journal.head()
    assert judge_now(desk.ctx, now=desk.clock.now()) is not None
    assert desk.ctx.journal.head() == head
    abort(desk.ctx, because="over")
    assert judge_now(desk.ctx, now=desk.clock.now()) is None
    assert tick_rollout(desk.ctx, now=desk.clock.now()) is None


def test_frequent_rollbacks_raise_the_bar(desk: Any) -> None:
    for number in range(3):
        begin(desk.ctx, 2)
        desk.mark = f"{desk.mark}{number}"
        answered(desk, 60, truth="security", live="security", candidate="billing")
        assert later(desk, 0.01).verdict.outcome == "abort"
    begin(desk.ctx, 2)
    policy = state(desk).rollout.policy
    assert (policy.shadow_days, policy.steps[0]) == (28.0, 0.025)
