"""Frames become plain Python columns, without guessing."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from classward.domain import Feature, InputSchema
from classward.errors import DataError
from classward.lifecycle.data import columns_of


def schema(**kinds: str) -> InputSchema:
    return InputSchema(features=tuple(Feature(name=name, kind=kind) for name, kind in kinds.items()))


def test_every_kind_and_missing_values() -> None:
    table = pl.DataFrame(
        {
            "extra": [1, 2, 3],
            "d": [date(2026, 1, 2), None, date(2026, 1, 3)],
            "t": ["001", None, "مرحبا 😀"],
            "n": [1.5, math.nan, None],
            "i": [1, None, 3],
            "b": [True, None, False],
            "c": pl.Series(["x", None, "y"], dtype=pl.Categorical),
        }
    )
    found = columns_of(table, schema(t="text", n="numeric", i="numeric", b="boolean", c="categorical", d="date"))
    assert list(found) == ["t", "n", "i", "b", "c", "d"]
    assert found["t"] == ["001", None, "مرحبا 😀"]
    assert found["n"] == [1.5, None, None]
    assert found["i"] == [1, None, 3]
    assert found["b"] == [True, None, False]
    assert found["c"] == ["x", None, "y"]
    assert found["d"] == [date(2026, 1, 2), None, date(2026, 1, 3)]


def test_iso_text_is_a_date_and_decimals_are_numbers_and_codes_are_names() -> None:
    table = pl.DataFrame({"d": ["2026-01-02", "2026-01-02T03:04:05+01:00"], "n": [Decimal("1.5"), None], "c": [7, 12]})
    found = columns_of(table, schema(d="date", n="numeric", c="categorical"))
    assert found["d"] == [datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)]
    assert found["n"] == [1.5, None]
    assert found["c"] == ["7", "12"]


def test_an_empty_column_of_any_type_is_missing_values() -> None:
    table = pl.DataFrame({"n": pl.Series([None, None], dtype=pl.String), "t": [None, None]})
    assert columns_of(table, schema(n="numeric", t="text")) == {"n": [None, None], "t": [None, None]}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("numeric", [None, "3141"]),
        ("numeric", [None, True]),
        ("text", [None, 3141]),
        ("boolean", [None, 1]),
        ("boolean", [None, "true"]),
        ("date", [None, 20260101]),
        ("date", ["2026-01-01", "3141 AD"]),
        ("categorical", [None, 3.141]),
    ],
)
def test_wrong_types_name_column_and_first_bad_row_and_no_value(kind: str, values: list[object]) -> None:
    with pytest.raises(DataError, match=r"column 'my column' .* row 2 ") as caught:
        columns_of(pl.DataFrame({"my column": values}), schema(**{"my column": kind}))
    assert caught.value.code == "CW209"
    assert "3141" not in str(caught.value)


def test_infinite_numbers_required_values_and_missing_columns() -> None:
    with pytest.raises(DataError, match=r"CW219 .*row 3"):
        columns_of(pl.DataFrame({"n": [1.0, None, -math.inf]}), schema(n="numeric"))
    required = InputSchema(features=(Feature(name="t", kind="text", is_required=True),))
    with pytest.raises(DataError, match=r"CW218 .*row 2"):
        columns_of(pl.DataFrame({"t": ["a", None]}), required)
    with pytest.raises(DataError, match=r"CW207 .*lacks 1 of 1") as caught:
        columns_of(pl.DataFrame({"other": [1]}), schema(t="text"))
    assert "'t'" in caught.value.got


def test_no_rows_give_empty_columns() -> None:
    assert columns_of(pl.DataFrame({"t": pl.Series([], dtype=pl.String)}), schema(t="text")) == {"t": []}
