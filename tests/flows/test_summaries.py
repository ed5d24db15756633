"""Days are counted once and kept: whatever is cut off, late or damaged, they say what the log says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from classward_project import Project

from classward import wiring
from classward.domain import Prediction, format_time
from classward.flows import drift, summaries
from classward.flows.alert_log import alerts_of
from classward.flows.deploy import ensure_live
from classward.flows.label import accept_labels
from classward.flows.label_space import last_label_space
from classward.flows.revisions import revisions
from classward.flows.status import status
from classward.flows.train import train
from classward.flows.watch import tick


@pytest.fixture
def live(project: Project) -> Project:
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    project.writer = wiring.open_writer(project.ctx, project.settings)  # type: ignore[attr-defined]
    return project


def answered(
    project: Any, n: int, *, start: int = 0, amount: float = 1.0, label: str = "billing", **more: Any
) -> list[str]:
    space = last_label_space(project.ctx)
    assert space is not None
    features = json.dumps({"text": "invoice please", "country": "de", "amount": amount, "urgent": None})
    ids = [f"p{i}" for i in range(start, start + n)]
    plain = {"route": "live", "kind": "online", "at": project.clock.now()} | more
    rows = [
        Prediction(
            id=i, request_id="r", task="desk", version=1, bundle_hash="b", label_space_hash=space.hash, label=label,
            probability=0.9, probabilities=(0.9, 0.05, 0.05), path="model", flags=(), latency_ms=1.0, features=features,
            payload_weight=1.0, **plain,
        )
        for i in ids
    ]  # fmt: skip
    assert project.writer.predictions(rows)
    return ids


def labelled(project: Any, ids: list[str], truth: str) -> None:
    space, now = last_label_space(project.ctx), project.clock.now()
    assert space is not None
    raw = [{"id": i, "label": truth, "event_at": format_time(now), "source": "people"} for i in ids]
    accept_labels(raw, label_space=space, log=project.ctx.log, writer=project.writer, now=now)


def after(project: Any, **span: float) -> Any:
    project.clock.advance_to(project.clock.now() + timedelta(**span))
    return tick(project.ctx, holder="one", now=project.clock.now())


def kept(project: Any) -> Any:
    found = project.ctx.watching.buckets(task="desk")
    assert not found.damaged
    return {(b.key.day.isoformat(), b.key.route): b for b in found.buckets}


def test_answers_are_counted_once_over_ticks_and_kills_and_late_labels_revise_their_day(
    live: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answered(live, 30)
    answered(live, 5, start=100, kind="batch")
    answered(live, 4, start=200, route="shadow")
    assert after(live, minutes=5).brought.n_answers == 39
    answered(live, 10, start=30)
    with monkeypatch.context() as cut:
        cut.setattr(type(live.ctx.watching), "write", lambda *a, **m: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            after(live, minutes=5)
    assert after(live, minutes=1).brought.n_answers == 10
    assert after(live, minutes=5).brought.n_answers == 0
    bucket = kept(live)["2026-03-02", "live"]
    assert (bucket.answers.n_predictions, bucket.n_payloads, bucket.revision) == (40, 40, 0)
    assert dict(zip(bucket.answers.class_names, bucket.answers.predicted_counts, strict=True))["billing"] == 40
    assert kept(live)["2026-03-02", "shadow"].answers.n_predictions == 4
    amount = next(f for f in bucket.features if f.name == "amount")
    assert (sum(amount.counts), amount.total) == (40, 40.0)
    assert next(f for f in bucket.features if f.name == "urgent").n_missing == 40
    after(live, days=2)
    labelled(live, first[:7], "security")
    after(live, minutes=5)
    revised = kept(live)["2026-03-02", "live"]
    told = "7 labels came: 0 of 7 right, 0 of 0 before"
    assert (revised.revision, revised.why, revised.answers.n_predictions) == (1, told, 40)
    assert sum(map(sum, revised.answers.confusion)) == 7
    labelled(live, first[:7], "security")
    after(live, minutes=5)
    assert kept(live)["2026-03-02", "live"] == revised


def test_what_a_writer_held_up_is_found_when_the_day_is_counted_once_more(live: Project) -> None:
    ids = answered(live, 20)
    labelled(live, ids[:3], "billing")
    after(live, hours=1)
    answered(live, 2, start=20, at=live.clock.now() - timedelta(minutes=30))
    after(live, hours=1)
    assert kept(live)["2026-03-02", "live"].answers.n_predictions == 20
    assert [k.day.isoformat() for k in after(live, days=1).brought.recounted] == ["2026-03-02"]
    bucket = kept(live)["2026-03-02", "live"]
    assert (bucket.answers.n_predictions, sum(map(sum, bucket.answers.confusion))) == (22, 3)
    assert "once more" in bucket.why
    assert after(live, days=1).brought.recounted == ()


def test_a_late_label_stamps_the_day_it_is_about_and_one_that_comes_the_same_day_does_not(live: Project) -> None:
    ids = answered(live, 20)
    after(live, hours=1)
    labelled(live, ids[:4], "billing")
    after(live, hours=1)
    assert revisions(live.ctx) == ()
    assert status(live.ctx, now=live.clock.now()).revisions == ()
    after(live, days=2)
    labelled(live, [*ids[:2], *ids[4:7]], "security")
    after(live, minutes=5)
    (stamp,) = status(live.ctx, now=live.clock.now()).revisions
    assert (stamp.day.isoformat(), stamp.version, stamp.route, stamp.revised_at) == (
        "2026-03-02",
        1,
        "live",
        live.clock.now(),
    )
    assert stamp.why == "3 labels came: 4 of 7 right, 4 of 4 before", "two came for answers that had a label"
    assert (stamp.n_answers, stamp.n_labelled, stamp.n_right, stamp.revision) == (20, 7, 4, 2)
    assert revisions(live.ctx) == (stamp,)
    assert status(live.ctx, now=live.clock.now() + timedelta(days=30)).revisions == (), "out of the window"


def test_a_damaged_summary_is_named_and_counted_again_from_the_log(live: Project) -> None:
    ids = answered(live, 20)
    after(live, hours=1)
    labelled(live, ids[:5], "billing")
    after(live, hours=1)
    before = kept(live)["2026-03-02", "live"]
    with live.ctx.watching._database.transaction() as connection:  # type: ignore[attr-defined]
        connection.execute("UPDATE day_buckets SET bucket = X'00FF'")
    found = live.ctx.watching.buckets(task="desk")
    assert ([k.day.isoformat() for k in found.damaged], found.buckets) == (["2026-03-02"], ())
    drift.drift_now(live.ctx, now=live.clock.now())
    again = kept(live)["2026-03-02", "live"]
    assert again.why == "its summary could not be read"
    assert summaries._is_same(again, before)


def test_a_change_of_a_column_becomes_a_ticket_with_its_words_and_no_page(live: Project) -> None:
    answered(live, 300, amount=50.0)
    seen = after(live, minutes=10).drift
    keys = {a.key for a in seen.raised}
    assert {"drift:feature:amount", "drift:missing:urgent", "drift:answers:billing"} <= keys
    assert {a.severity for a in seen.raised} == {"ticket"}
    (ticket,) = [a for a in alerts_of(live.ctx) if a.key == "drift:feature:amount"]
    assert ticket.subject == "amount"
    assert ticket.changed_on is not None
    assert "'amount'" in ticket.said
    assert after(live, minutes=10).drift is None, "nothing came, so nothing is looked at"
    assert len(alerts_of(live.ctx)) == len(keys)
    assert sum(s.alpha for s in seen.signals) == pytest.approx(0.01)
