"""A stored report comes back as it was, or not at all."""

from __future__ import annotations

import json

import pytest
from ticket_answers import answers, measured

from classward.domain import Report
from classward.errors import DataError
from classward.lifecycle.evaluate import report_from_json, report_json


def test_round_trip(tickets: Report) -> None:
    assert report_from_json(report_json(tickets)) == tickets


def test_round_trip_with_figures_missing() -> None:
    report = measured(*answers(2))
    assert any(c.recall.value is None for c in report.classes)
    again = report_from_json(report_json(report))
    assert again == report
    assert report_json(again) == report_json(report)


def test_text_is_plain_json_without_nan(tickets: Report) -> None:
    plain = json.loads(report_json(tickets), parse_constant=lambda name: pytest.fail(name))
    assert plain["classes"][0]["recall"]["interval"]["method"] == "Wilson"


@pytest.mark.parametrize("format_version", [0, 4, None, "1", True, 1.0])
def test_another_format_is_refused(tickets: Report, format_version: object) -> None:
    plain = json.loads(report_json(tickets)) | {"format_version": format_version}
    with pytest.raises(DataError, match="CW224"):
        report_from_json(json.dumps(plain))


def test_a_report_of_format_1_is_still_read(tickets: Report) -> None:
    plain = json.loads(report_json(tickets)) | {"format_version": 1}
    del plain["analysis"]
    again = report_from_json(json.dumps(plain))
    assert again.analysis is None
    assert (again.accuracy, again.classes, again.format_version) == (tickets.accuracy, tickets.classes, 1)
