"""The exported confusion matrix is that of the report, in counts and in shares."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from ticket_answers import NAMES, answers, measured

from classward.domain import LabelSpace, Report
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate import confusion_csv


def read(text: str) -> tuple[list[str], list[list[str]]]:
    lines = list(csv.reader(io.StringIO(text)))
    assert [line[0] for line in lines[1:]] == lines[0][1:]
    return lines[0][1:], [line[1:] for line in lines[1:]]


def test_counts(tickets: Report) -> None:
    names, cells = read(confusion_csv(tickets))
    assert names == list(NAMES)
    assert [[int(v) for v in row] for row in cells] == [list(row) for row in tickets.confusion]


@pytest.mark.parametrize(("share_of", "axis", "figure"), [("true", 1, "recall"), ("predicted", 0, "precision")])
def test_shares_add_up_and_have_the_class_figures_on_the_diagonal(
    tickets: Report, share_of: str, axis: int, figure: str
) -> None:
    shares = np.array(read(confusion_csv(tickets, share_of=share_of))[1], dtype=np.float64)
    assert shares.sum(axis=axis) == pytest.approx(np.ones(6), abs=1e-5)
    assert np.diag(shares) == pytest.approx([getattr(c, figure).value for c in tickets.classes], abs=1e-6)


def test_names_with_commas_and_classes_without_rows() -> None:
    space = LabelSpace.of(['a, "b"', "c", "d"])
    report = measured(Proba(np.eye(3)[[0, 0, 1]], space), np.array([0, 0, 1]))
    names, cells = read(confusion_csv(report, share_of="true"))
    assert names[0] == 'a, "b"'
    assert cells[2] == ["", "", ""]


def test_other_ways_are_refused() -> None:
    with pytest.raises(DataError, match="CW308"):
        confusion_csv(measured(*answers(30)), share_of="all")
