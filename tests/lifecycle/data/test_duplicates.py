"""Rows alike in every feature share a number."""

from __future__ import annotations

import math
from datetime import date

import polars as pl

from classward.lifecycle.data.duplicates import alike, duplicates_of

ROWS = pl.DataFrame(
    {
        "x": [1.0, math.nan, None, 1.0, 2.0],
        "t": ["é", "a", "a", "é", "é"],
        "d": [date(2026, 1, 1)] * 5,
        "y": ["p", "q", "r", "p", None],
    },
    strict=False,
)


def test_missing_is_missing_however_it_is_written() -> None:
    assert alike(ROWS, ["x", "t", "d"]).tolist() == [0, 1, 1, 0, 2]
    assert alike(ROWS, ["t"]).tolist() == [0, 1, 1, 0, 0]


def test_copies_and_disagreements() -> None:
    found = duplicates_of(ROWS, ["x", "t", "d"], ROWS["y"])
    assert (found.n_rows, found.n_disagreeing) == (2, 2)
    assert len(found.notes) == 2
    assert duplicates_of(ROWS.head(1), ["x"], ROWS["y"].head(1)).notes == ()


def test_without_columns_every_row_is_its_own() -> None:
    assert alike(ROWS, []).tolist() == [0, 1, 2, 3, 4]
    assert alike(ROWS.head(0), ["x"]).tolist() == []
