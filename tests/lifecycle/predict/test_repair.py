from __future__ import annotations

from datetime import datetime

import pytest

from classward.domain import Feature, InputSchema, Repair
from classward.errors import InvalidInput
from classward.lifecycle.predict import RowChecker

SCHEMA = InputSchema(
    features=(
        Feature(name="text", kind="text", is_required=True),
        Feature(name="amount", kind="numeric"),
        Feature(name="since", kind="date"),
    )
)


def checker(*repairs: Repair) -> RowChecker:
    return RowChecker(SCHEMA, repairs)


def test_a_bad_value_gets_the_declared_one_and_its_row_is_flagged():
    checked = checker(Repair(feature="amount", value=7.5)).check([{"text": "a", "amount": "12"}, {"text": "b"}])
    assert checked.columns["amount"] == [7.5, None]
    assert checked.flags[0] == ("repaired:amount", "degraded", "missing:since")
    assert checked.flags[1] == ("missing:amount", "missing:since")


def test_a_bad_value_may_count_as_missing():
    checked = checker(Repair(feature="amount")).check([{"text": "a", "amount": float("nan"), "since": "2026-01-01"}])
    assert checked.columns["amount"] == [None]
    assert checked.flags == (("bad:amount", "degraded"),)


def test_a_required_value_that_is_absent_is_repaired_too():
    checked = checker(Repair(feature="text", value="none")).check([{}, {"text": None}])
    assert checked.columns["text"] == ["none", "none"]
    assert all("repaired:text" in flags for flags in checked.flags)


def test_degraded_is_said_once_and_dates_are_read():
    repairs = (Repair(feature="amount"), Repair(feature="since", value="2026-02-01"))
    checked = checker(*repairs).check([{"text": "a", "amount": [], "since": "soon"}])
    assert checked.columns["since"] == [datetime(2026, 2, 1)]
    assert checked.flags[0].count("degraded") == 1


def test_other_features_still_refuse_and_so_do_unknown_ones():
    check = checker(Repair(feature="amount")).check
    with pytest.raises(InvalidInput, match="CW403"):
        check([{"text": 3, "amount": "x"}])
    with pytest.raises(InvalidInput, match="CW402"):
        check([{"text": "a", "amuont": 1}])


def test_repairs_of_features_the_version_lacks_are_passed_over():
    assert checker(Repair(feature="gone", value=1.0)).check([{"text": "a"}]).n == 1
