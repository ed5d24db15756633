"""The terminal says what is worse where, what is confused, and what to do next."""

from __future__ import annotations

import numpy as np
import pytest

from classward.cli import views
from classward.domain import Feature, LabelSpace, Report
from classward.inference import Proba
from classward.lifecycle.evaluate import HeldOut, analyse, evaluate


def report(*, is_analysed: bool) -> Report:
    rng = np.random.default_rng(0)
    space = LabelSpace.of(["billing", "refund", "security"], critical=["security"])
    y, phone = rng.integers(0, 3, 600), rng.random(600) < 0.3
    predicted = np.where(phone & (rng.random(600) < 0.5), (y + 1) % 3, y)
    proba = Proba(0.9 * np.eye(3)[predicted] + 0.1 / 3, space)
    made = evaluate(proba, y, task_name="tickets", fold="test", dataset_hash="0" * 64, prior=np.full(3, 1 / 3), rng=rng)
    columns = {"device": ["phone" if p else "web" for p in phone]}
    held = HeldOut(proba, y, columns, (Feature(name="device", kind="categorical"),))
    return analyse(made, held, rng=rng) if is_analysed else made


def test_worse_slices_confusions_and_advice_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    views.report(report(is_analysed=True), slos=())
    said = capsys.readouterr().out
    for words in ("worse where", "device: phone", "share of errors", "next  1.", "security"):
        assert words in said, said


def test_reports_of_format_1_are_told_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    views.report(report(is_analysed=False), slos=())
    said = capsys.readouterr().out
    assert "worse where" not in said
    assert "billing" in said
