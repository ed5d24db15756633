"""Rows are checked without guessing: nothing unknown, nothing converted, nothing silently missing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import Feature, InputSchema
from classward.errors import InvalidInput
from classward.lifecycle.predict import RowChecker, check_rows

SCHEMA = InputSchema(
    features=(
        Feature(name="text", kind="text", is_required=True),
        Feature(name="amount", kind="numeric"),
        Feature(name="country", kind="categorical"),
        Feature(name="vip", kind="boolean"),
        Feature(name="since", kind="date"),
    )
)
GOOD: dict[str, object] = {"text": "hello", "amount": 1.5, "country": "DE", "vip": True, "since": "2026-11-12"}


def refused(*rows: object) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        check_rows(SCHEMA, rows)  # type: ignore[arg-type]
    assert caught.value.fix
    assert caught.value.why
    return caught.value


def test_good_rows_become_columns_in_schema_order() -> None:
    other = {"vip": False, "text": "שלום 🌍", "amount": 3, "country": "001", "since": "2026-11-12T14:03:00+02:00"}
    found = check_rows(SCHEMA, [GOOD, other])
    assert list(found.columns) == ["text", "amount", "country", "vip", "since"]
    assert found.n == 2
    assert found.flags == ((), ())
    assert found.columns["text"] == ["hello", "שלום 🌍"]
    assert found.columns["amount"] == [1.5, 3]
    assert found.columns["country"] == ["DE", "001"]
    assert found.columns["vip"] == [True, False]
    when = datetime(2026, 11, 12, 14, 3, tzinfo=timezone(timedelta(hours=2)))
    assert found.columns["since"] == [datetime(2026, 11, 12), when]


def test_missing_and_null_optional_fields_are_flagged() -> None:
    found = check_rows(SCHEMA, [{"text": "a", "vip": None}, GOOD])
    assert found.flags == (("missing:amount", "missing:country", "missing:vip", "missing:since"), ())
    assert [found.columns[name][0] for name in SCHEMA.names] == ["a", None, None, None, None]


@pytest.mark.parametrize("row", [{}, {"text": None}, {"amount": 1}])
def test_a_required_field_must_have_a_value(row: dict[str, object]) -> None:
    error = refused(GOOD, row)
    assert error.code == "CW401"
    assert "row 1" in error.what
    assert "'text'" in error.what


def test_an_unknown_field_is_refused_with_a_suggestion() -> None:
    error = refused(GOOD | {"amonut": 1})
    assert error.code == "CW402"
    assert "unknown field 'amonut'; did you mean 'amount'?" in error.what


def test_a_misspelt_field_beside_a_missing_one_is_still_found() -> None:
    row = {"cuontry" if name == "country" else name: value for name, value in GOOD.items()}
    error = refused(row)
    assert error.code == "CW402"
    assert "did you mean 'country'" in error.what


@pytest.mark.parametrize(
    ("field", "value", "code", "got"),
    [
        ("amount", "3141", "CW403", "text"),
        ("amount", True, "CW403", "true/false"),
        ("amount", [3141], "CW403", "a list"),
        ("amount", {"a": 3141}, "CW403", "an object"),
        ("amount", math.nan, "CW404", "NaN"),
        ("amount", -math.inf, "CW404", "infinite"),
        ("amount", 10**400, "CW404", "too large"),
        ("amount", np.float64("nan"), "CW404", "NaN"),
        ("text", 3141, "CW403", "a number"),
        ("text", False, "CW403", "true/false"),
        ("text", "a\x003141", "CW405", "NUL"),
        ("country", "\ud8003141", "CW405", "surrogate"),
        ("country", 3141, "CW403", "a number"),
        ("vip", 1, "CW403", "a number"),
        ("vip", "true", "CW403", "text"),
        ("since", "3141 BC", "CW403", "other text"),
        ("since", 3141, "CW403", "a number"),
        ("since", "", "CW403", "other text"),
    ],
)
def test_wrong_values_are_named_by_row_field_and_type_never_by_value(
    field: str, value: object, code: str, got: str
) -> None:
    error = refused(GOOD, GOOD | {field: value})
    assert error.code == code
    assert "row 1" in error.what
    assert f"'{field}'" in error.what
    assert got in error.got
    assert "3141" not in str(error)
    str(error).encode()


def test_what_python_callers_send_is_understood() -> None:
    found = check_rows(SCHEMA, [MappingProxyType(GOOD | {"amount": np.float32(0.5), "since": date(2026, 1, 1)})])
    assert found.columns["amount"] == [0.5]
    assert type(found.columns["amount"][0]) is float
    assert found.columns["since"] == [date(2026, 1, 1)]


def test_large_whole_numbers_are_kept_exactly() -> None:
    assert check_rows(SCHEMA, [GOOD | {"amount": 2**53 + 1}]).columns["amount"] == [2**53 + 1]


@pytest.mark.parametrize("row", [None, 5, "text", ["text"], True])
def test_a_row_that_is_no_object(row: object) -> None:
    error = refused(row)
    assert error.code == "CW406"
    assert "row 0" in error.what


def test_no_rows() -> None:
    assert refused().code == "CW407"


def test_several_problems_are_listed_at_once_and_at_most_twenty() -> None:
    error = refused(GOOD, {"text": 5, "vip": "x"}, GOOD, {"extra": 1})
    assert "4 problems in 2 of 4 rows" in error.what
    assert error.got.count("row 1:") == 2
    assert error.got.count("row 3:") == 2
    many = refused(*[{"text": 5}] * 100)
    assert many.got.count("row ") == 20
    assert "at least 20 problems" in many.what


def test_a_field_name_that_cannot_be_printed_or_is_endless() -> None:
    error = refused(GOOD | {"\ud800" + "x" * 10_000: 1})
    str(error).encode()
    assert len(str(error)) < 1000
    assert refused({1: 2, **GOOD}).code == "CW402"


def test_a_checker_keeps_nothing_between_requests() -> None:
    checker = RowChecker(SCHEMA)
    with pytest.raises(InvalidInput):
        checker.check([GOOD, {"text": 1}])
    first, second = checker.check([GOOD]), checker.check([GOOD, GOOD])
    assert (first.n, len(first.columns["text"]), second.n) == (1, 1, 2)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
rows_of_anything = st.lists(st.dictionaries(st.sampled_from([*SCHEMA.names, "other"]), anything) | anything, max_size=4)


@given(rows=rows_of_anything)
def test_whatever_comes_is_columns_of_the_right_types_or_one_refusal(rows: list[Mapping[str, object]]) -> None:
    try:
        found = check_rows(SCHEMA, rows)
    except InvalidInput as error:
        if error.code not in {"CW401", "CW402", "CW403", "CW404", "CW405", "CW406", "CW407"}:
            raise
        return
    kinds = (str, (int, float), str, bool, date)
    for name, kind in zip(SCHEMA.names, kinds, strict=True):
        assert len(found.columns[name]) == found.n == len(rows)
        assert all(v is None or isinstance(v, kind) for v in found.columns[name])  # type: ignore[arg-type]
