"""The terminal says what is worse where, what is confused, and what to do next."""

from __future__ import annotations

import numpy as np
import pytest

from classward.cli import output, views
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


LONG = "balance_not_updated_after_cheque_or_cash_deposit_注文が届かない"


def test_tables_stay_within_a_line_and_tell_long_names_apart(capsys: pytest.CaptureFixture[str]) -> None:
    names = [LONG, LONG.replace("届かない", "届いた"), "refund"]
    why = "recall of 0.95 not judged: 6 labels, about 318 more; precision of 0.9 not judged: 4 labels, about 200 more"
    output.table(
        ("class", "id", "answers", "promise"), [(name, "0123-4567", "1,204", why) for name in names], right=(2,)
    )
    lines = capsys.readouterr().out.splitlines()
    assert all(output._width(line) <= 100 for line in lines), lines
    starts = [line.split("   ")[0] for line in lines if "0123-4567" in line]
    assert len(set(starts)) == 3, "names that differ at the end alone stay apart"
    assert " ".join(lines).count("200 more") == 3, "nothing of the last column is left out"


def test_a_narrow_table_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("class", "n"), [("refund", "5"), ("card", "12")], right=(1,))
    assert capsys.readouterr().out == " class     n\n refund    5\n card     12\n"


def test_progress_and_sentences_are_continued_below(capsys: pytest.CaptureFixture[str]) -> None:
    output.tell("check", "word " * 40)
    output.say(" " + "word " * 40)
    told = capsys.readouterr()
    assert all(len(line) <= 100 for line in (told.out + told.err).splitlines())
    assert told.err.splitlines()[1].startswith("          word")
    assert (told.out + told.err).count("word") == 80
