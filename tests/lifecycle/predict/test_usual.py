"""The short way and the long way of checking a row say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import Feature, InputSchema
from classward.errors import InvalidInput
from classward.lifecycle.predict import RowChecker
from classward.lifecycle.predict.usual import UsualRows

SCHEMA = InputSchema(
    features=(
        Feature(name="a", kind="numeric"),
        Feature(name="b", kind="numeric"),
        Feature(name="t", kind="text", is_required=True),
        Feature(name="c", kind="categorical"),
        Feature(name="v", kind="boolean"),
        Feature(name="d", kind="date"),
    )
)
USUAL = {"a": 1.5, "b": 2, "t": "hello", "c": "x", "v": True, "d": "2026-11-12"}


def long_way(rows):
    checker = RowChecker(SCHEMA)
    checker._usual._is_on = False
    return checker.check(rows)


def outcome(check, rows):
    try:
        found = check(rows)
    except InvalidInput as error:
        return str(error)
    return found.columns, found.flags


def test_usual_rows_take_the_short_way() -> None:
    assert UsualRows(SCHEMA).columns([USUAL, USUAL | {"t": "größer"}]) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"a": None}, {"a": True}, {"a": "1"}, {"a": float("nan")}, {"a": float("inf")}, {"a": 2**1023}, {"a": 2**1024},
        {"a": 1e308, "b": 1e308}, {"a": 10**400}, {"t": None}, {"t": 5}, {"t": "a\0b"},
        {"t": "\ud800"}, {"c": "\udc00"}, {"t": "ü"},
        {"v": 1}, {"v": None}, {"d": "tomorrow"}, {"d": None}, {"e": 1}, {"t": "\ud83d\ude00"}, {"a": [1]}, {"t": {}},
    ],
)  # fmt: skip
def test_both_ways_say_the_same(change: dict[str, object]) -> None:
    rows = [USUAL, USUAL | change, USUAL]
    assert outcome(RowChecker(SCHEMA).check, rows) == outcome(long_way, rows)


@pytest.mark.parametrize("name", list(USUAL))
def test_a_field_left_out_takes_the_long_way(name: str) -> None:
    row = {key: value for key, value in USUAL.items() if key != name}
    assert outcome(RowChecker(SCHEMA).check, [row]) == outcome(long_way, [row])
    assert outcome(RowChecker(SCHEMA).check, [row | {"other": 1}]) == outcome(long_way, [row | {"other": 1}])


_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(), max_size=1)
)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys("abtcvd", _VALUES)), min_size=1, max_size=3))
def test_any_rows(rows: list[dict[str, object]]) -> None:
    assert outcome(RowChecker(SCHEMA).check, rows) == outcome(long_way, rows)


@pytest.mark.parametrize("kind", ["numeric", "text"])
def test_a_schema_of_one_column(kind: str) -> None:
    schema = InputSchema(features=(Feature(name="x", kind=kind),))
    value = 1.5 if kind == "numeric" else "x"
    assert RowChecker(schema).check([{"x": value}] * 2).columns == {"x": [value, value]}
