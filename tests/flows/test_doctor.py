"""The doctor says what is wrong and what is missing, with figures, and nothing when nothing is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from classward_project import TASK, Project

from classward import wiring
from classward.cli.doctor import show
from classward.domain import Prediction, format_time
from classward.flows.deploy import ensure_live
from classward.flows.doctor import doctor
from classward.flows.label import accept_labels
from classward.flows.label_space import last_label_space
from classward.flows.train import train
from classward.flows.watch import tick
from classward.lifecycle.monitor import delay_of_wrong


def said(project: Any) -> dict[tuple[str, str], Any]:
    return {(d.about, d.level): d for d in doctor(project.ctx, now=project.clock.now())}


def test_a_task_is_told_step_by_step_what_it_lacks(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.task_file.write_text(TASK + '[slo]\nwindow = "30d"\n', encoding="utf-8")
    project.open()
    assert "classward train" in said(project)["task", "wrong"].do
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    found = said(project)
    assert {("server", "wrong"), ("watch", "wrong"), ("answers", "missing")} <= set(found)
    assert ("recall of security", "missing") in found
    writer = wiring.open_writer(project.ctx, project.settings)
    space, now = last_label_space(project.ctx), project.clock.now()
    assert space is not None
    rows = [
        Prediction(
            id=f"p{i}", request_id="r", at=now, task="desk", version=1, bundle_hash="b", label_space_hash=space.hash,
            route="live", label="security", probability=0.9, probabilities=(0.9, 0.05, 0.05), path="model", flags=(),
            kind="online", latency_ms=1.0,
        )
        for i in range(60)
    ]  # fmt: skip
    assert writer.predictions(rows)
    for i in range(60):
        due = now + timedelta(hours=1 + (20 if i % 2 else 0) + i / 60)
        project.clock.advance_to(max(due, project.clock.now()))
        raw = [
            {"id": f"p{i}", "label": "billing" if i % 2 else "security", "event_at": format_time(due), "source": "x"}
        ]
        accept_labels(raw, label_space=space, log=project.ctx.log, writer=writer, now=due)
    tick(project.ctx, holder="a", now=project.clock.now())
    found = said(project)
    assert ("watch", "wrong") not in found
    assert "come later than those of right ones" in found["labels", "wrong"].what
    assert "does not hold" in found["labels", "wrong"].because
    assert "PAYLOAD_SHARE" in found["drift", "wrong"].do
    assert "more would decide" in found["recall of security", "missing"].because
    assert any("can never fire" in d.what for d in found.values())
    project.clock.advance_to(project.clock.now() + timedelta(hours=3))
    assert "hours ago" in said(project)["watch", "wrong"].because
    show(tuple(found.values()))
    assert "because" in capsys.readouterr().out


def test_delays_that_do_not_depend_on_being_wrong_are_no_fault_and_few_labels_say_nothing() -> None:
    rng = np.random.default_rng(1)
    outcomes = pl.DataFrame(
        {"label": ["a"] * 400, "truth": ["a", "b", None, "a"] * 100, "delay_s": rng.exponential(size=400),
         "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 400}
    )  # fmt: skip
    chance = delay_of_wrong(outcomes)
    assert chance.interval is not None
    assert chance.interval.low < 0.5 < chance.interval.high
    assert delay_of_wrong(outcomes[:20]).value is None


def test_columns_that_are_counted_on_the_first_day_are_watched(project: Any) -> None:
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    writer, space = wiring.open_writer(project.ctx, project.settings), last_label_space(project.ctx)
    assert space is not None
    values = '{"text": "invoice", "country": "de", "amount": 1.0, "urgent": null}'
    for kept, level in ((None, "wrong"), (values, "")):
        rows = [
            Prediction(
                id=f"{level}{i}", request_id="r", at=project.clock.now(), task="desk", version=1, bundle_hash="b",
                label_space_hash=space.hash, route="live", label="billing", probability=0.9,
                probabilities=(0.9, 0.05, 0.05), path="model", flags=(), kind="online", latency_ms=1.0, features=kept,
                payload_weight=1.0 if kept else None,
            )
            for i in range(60)
        ]  # fmt: skip
        assert writer.predictions(rows)
        project.clock.advance_to(project.clock.now() + timedelta(hours=2))
        tick(project.ctx, holder="a", now=project.clock.now())
        assert (("drift", "wrong") in said(project)) == (level == "wrong")
