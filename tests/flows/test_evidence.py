"""Labels become alerts through real backends: exactly once, whatever is cut off, late, repeated or early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.domain import Prediction, format_time
from classward.errors import RecordError, UsageError
from classward.flows import evidence
from classward.flows.alert_log import alerts_of
from classward.flows.alerts import acknowledge
from classward.flows.budgets import budgets
from classward.flows.deploy import deploy_now, ensure_live
from classward.flows.evidence import take_in
from classward.flows.label import accept_labels
from classward.flows.label_space import last_label_space
from classward.flows.status import status
from classward.flows.train import train
from classward.flows.versions import registry_state
from classward.flows.watch import tick
from classward.flows.watched import watched_now


@pytest.fixture
def live(project: Project) -> Project:
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    project.writer = wiring.open_writer(project.ctx, project.settings)  # type: ignore[attr-defined]
    return project


def answered(
    project: Any, n: int, answer: str, *, start: int = 0, version: int = 1, route: str = "live", kind: str = "online"
) -> list[str]:
    """Answers as a server would log them."""
    space = last_label_space(project.ctx)
    assert space is not None
    now = project.clock.now()
    ids = [f"p{version}-{i}" for i in range(start, start + n)]
    rows = [
        Prediction(
            id=i, request_id="r", at=now, task="desk", version=version, bundle_hash="b", label_space_hash=space.hash,
            route=route, label=answer, probability=0.9, probabilities=(0.9, 0.05, 0.05), path="model", flags=(),
            kind=kind, latency_ms=1.0,
        )
        for i in ids
    ]  # fmt: skip
    assert project.writer.predictions(rows)
    return ids


def labelled(project: Any, ids: list[str], truth: str) -> None:
    space = last_label_space(project.ctx)
    assert space is not None
    now = project.clock.now()
    raw = [{"id": i, "label": truth, "event_at": format_time(now), "source": "people"} for i in ids]
    accept_labels(raw, label_space=space, log=project.ctx.log, writer=project.writer, now=now)


def look(project: Any) -> Any:
    project.clock.advance_to(project.clock.now() + timedelta(minutes=5))
    return take_in(project.ctx, now=project.clock.now())


def state_of(project: Any, key: str) -> Any:
    return next(s for s in project.ctx.watching.read(task="desk").states if s.key == key)


def test_missed_labels_of_a_critical_class_raise_one_page_with_its_evidence(live: Project) -> None:
    assert {(c.version, c.n, c.n_wrong) for c in watched_now(live.ctx).counts} == {(1, 0, 0)}, "there before any label"
    labelled(live, answered(live, 60, "billing"), "security")
    found = look(live)
    assert found.n_labels == 60
    (alert,) = [a for a in found.raised if a.family == "recall"]
    assert (alert.class_name, alert.severity, alert.state, alert.n_hits) == ("security", "page", "firing", 0)
    assert alert.n < 60
    assert {a.family for a in found.raised} == {"recall", "precision"}, "what was called billing was not billing"
    again = look(live)
    assert (again.n_labels, again.raised) == (0, ())
    assert len(alerts_of(live.ctx)) == 2
    told = watched_now(live.ctx)
    assert {a.id for a in told.alerts} == {a.id for a in alerts_of(live.ctx)}
    assert {f"{c.indicator}:{c.class_name}": (c.n, c.n - c.n_wrong) for c in told.counts} == {
        s.key: (s.n, s.n_hits) for s in live.ctx.watching.read(task="desk").states
    }
    shown = status(live.ctx, now=live.clock.now())
    assert {a.id for a in shown.alerts} == {a.id for a in found.raised}
    event = next(e for e in live.ctx.journal.events(task="desk") if e.kind == "alert_raised")
    assert "chance of a false alarm" in event.why


def test_a_label_counts_once_however_often_it_comes_and_first_labels_stand(live: Project) -> None:
    ids = answered(live, 10, "billing")
    labelled(live, ids, "security")
    look(live)
    labelled(live, ids, "security")
    live.clock.advance_to(live.clock.now() + timedelta(hours=2))
    labelled(live, ids, "billing")
    look(live)
    assert (state_of(live, "recall:security").n, state_of(live, "precision:billing").n) == (10, 10)
    assert state_of(live, "precision:billing").n_hits == 0


def test_a_label_that_came_first_waits_for_its_prediction(live: Project) -> None:
    labelled(live, ["p1-0", "nobody"], "security")
    assert look(live).n_waiting == 2
    live.clock.advance_to(live.clock.now() + timedelta(hours=3))
    answered(live, 1, "security")
    found = look(live)
    assert (found.n_labels, found.n_waiting) == (1, 1)
    assert state_of(live, "recall:security").n_hits == 1
    live.clock.advance_to(live.clock.now() + timedelta(days=31))
    assert look(live).n_waiting == 0, "what waited too long is given up"


def test_a_look_that_is_cut_off_before_its_alert_is_recorded_is_made_good(
    live: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(live, answered(live, 60, "billing"), "security")
    with monkeypatch.context() as cut:
        cut.setattr(evidence, "note", lambda *args, **more: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            look(live)
    assert alerts_of(live.ctx) == ()
    found = look(live)
    assert found.n_labels == 0
    assert {a.key for a in found.raised} == {"recall:security", "precision:billing"}
    assert len(alerts_of(live.ctx)) == 2


def test_acknowledged_then_resolved_by_labels_that_show_it_kept(live: Project) -> None:
    labelled(live, answered(live, 30, "billing"), "security")
    (alert,) = [a for a in look(live).raised if a.family == "recall"]
    acked = acknowledge(live.ctx, alert.id[:-2] + alert.id[-2:].lower(), because="on it")
    assert (acked.state, acked.acked_by) == ("acked", live.ctx.actor)
    assert acknowledge(live.ctx, alert.id, because="still") == acked
    labelled(live, answered(live, 250, "security", start=30), "security")
    (resolved,) = look(live).resolved
    assert resolved.id == alert.id
    assert not state_of(live, "recall:security").is_raised
    labelled(live, answered(live, 30, "billing", start=280), "security")
    assert [a.key for a in look(live).raised] == ["recall:security"], "it can break again"
    with pytest.raises(UsageError, match="CW940"):
        acknowledge(live.ctx, "", because="")


def test_a_new_version_begins_afresh_and_closes_what_the_old_one_raised(live: Project) -> None:
    labelled(live, answered(live, 30, "billing"), "security")
    assert look(live).raised
    late = answered(live, 5, "billing", start=30)
    tickets(420, seed=2).write_parquet(live.folder / "tickets.parquet")
    train(live.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    assert len(registry_state(live.ctx.journal, "desk").versions) == 2
    deploy_now(live.ctx, 2, because="it is better")
    labelled(live, late, "security")
    found = look(live)
    assert (found.n_labels, {a.key for a in found.resolved}) == (5, {"recall:security", "precision:billing"})
    state = state_of(live, "recall:security")
    assert (state.version, state.n) == (2, 0), "labels of the old version are no evidence about the new one"


def test_damaged_evidence_is_an_error_and_never_a_quiet_start(live: Project) -> None:
    look(live)
    database = live.ctx.watching._database  # type: ignore[attr-defined]
    with database.transaction() as connection:
        connection.execute("UPDATE watching SET memory = X'7B'")
    with pytest.raises(RecordError, match="CW620"):
        look(live)


def test_the_leader_does_it_with_every_tick(live: Project) -> None:
    labelled(live, answered(live, 60, "billing"), "security")
    assert tick(live.ctx, holder="a", now=live.clock.now()).taken.raised  # type: ignore[union-attr]
    assert tick(live.ctx, holder="b", now=live.clock.now()) is None


def test_budgets_come_from_the_log_and_its_counters(live: Project) -> None:
    labelled(live, answered(live, 30, "billing"), "security")
    live.writer.count("failed", 3)  # type: ignore[attr-defined]
    live.writer.tick()  # type: ignore[attr-defined]
    found = {(b.indicator, b.class_name): b for b in budgets(live.ctx, now=live.clock.now())}
    assert (found["recall", "security"].n_bad, found["recall", "security"].state) == (30.0, "exhausted")
    assert found["availability", None].n_bad == 3.0
    assert found["latency_p95_ms", None].n == 30


@pytest.mark.parametrize(("route", "kind"), [("live", "batch"), ("shadow", "online")])
def test_status_budgets_and_alerts_see_the_same_answers_whoever_used_their_ids_first(
    live: Project, route: str, kind: str
) -> None:
    answered(live, 30, "shipping", route=route, kind=kind)
    only_there = answered(live, 5, "shipping", start=100, route=route, kind=kind)
    live.clock.advance_to(live.clock.now() + timedelta(minutes=1))
    labelled(live, [*answered(live, 30, "billing"), *only_there], "security")
    live.clock.advance_to(live.clock.now() + timedelta(minutes=1))
    shown = status(live.ctx, now=live.clock.now())
    assert (shown.window.n_predictions, shown.window.n_labelled, shown.n_waiting) == (30, 30, 0)
    assert {c.class_name: c.n_predicted for c in shown.classes}["billing"] == 30
    found = {(b.indicator, b.class_name): b for b in budgets(live.ctx, now=live.clock.now())}
    assert (found["recall", "security"].n_bad, found["latency_p95_ms", None].n) == (30.0, 30)
    assert look(live).n_labels == 30


def test_status_reads_no_more_of_the_log_than_it_tells_of(live: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = live.ctx.log.predictions

    def watched(**more: Any) -> Any:
        asked.append(more["since"])
        return read(**more)

    monkeypatch.setattr(live.ctx.log, "predictions", watched)
    now = live.clock.now() + timedelta(days=400)
    began = live.clock.now()
    status(live.ctx, now=now)
    assert asked == [began - 2 * timedelta(days=live.ctx.task.label_wait_days)]


def test_a_look_with_nothing_new_reads_no_answers_and_writes_nothing(
    live: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(live, answered(live, 10, "billing"), "security")
    look(live)
    before = live.ctx.watching.read(task="desk")

    def unexpected(*args: object, **more: object) -> None:
        raise AssertionError("answers were read")

    monkeypatch.setattr(type(live.ctx.log), "predictions", unexpected)
    assert look(live).n_labels == 0
    assert live.ctx.watching.read(task="desk") == before
