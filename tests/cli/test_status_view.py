"""What ``classward status`` says of confident mistakes and of rows left to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from classward.cli.status import show
from classward.domain import ClassState, Deployment, Measure, Route, Window
from classward.flows.status import Status
from classward.statistics import measured_share

AT = datetime(2026, 11, 30, tzinfo=UTC)
NOTHING = Measure(value=None, n=0)


def state_of(name: str, confident_errors: Measure) -> ClassState:
    return ClassState(
        class_name=name, n_predicted=50, n_labelled=40, recall=NOTHING, precision=NOTHING, slos=(),
        confident_errors=confident_errors,
    )  # fmt: skip


def look(unknown: Measure, *classes: ClassState) -> Status:
    live = Route(role="live", version=1, bundle_hash="a" * 64, weight=1.0)
    return Status(
        task="tickets", at=AT,
        deployment=Deployment(task="tickets", since=AT, why="test", routes=(live,), event_seq=1, actor="a"),
        window=Window(starts_at=AT, ends_at=AT, n_predictions=100, n_labelled=40), classes=classes, calibration=None,
        lag=None, n_versions=1, n_repeated=0, n_conflicting=0, n_waiting=0, n_unknown=0, n_negative_delay=0, n_to_relabel=0,
        n_unreadable=0,
        n_quarantined=0, n_lost=0, workers=(), alerts=(), serving="in step", checks=(), unknown=unknown,
    )  # fmt: skip


def test_classes_that_are_wrong_with_confidence_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    show(look(NOTHING, state_of("refund", measured_share(15, 40)), state_of("bug", measured_share(4, 40))))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "WRONG WITH CONFIDENCE" in line]
    assert "refund" in line
    assert "bug" not in line
    assert "Recalibrate" in line


def test_the_unknown_share_is_told_when_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    some = look(measured_share(25, 100))
    show(some)
    assert "left to a person" in capsys.readouterr().out
    show(replace(some, unknown=measured_share(0, 100)))
    assert "left to a person" not in capsys.readouterr().out
