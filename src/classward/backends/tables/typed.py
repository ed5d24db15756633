"""Types for text columns, where nothing is lost by it."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

__all__ = ["typed"]

_BOOLEANS = (("true", "false"), ("True", "False"), ("TRUE", "FALSE"))
_INTEGER = r"^(0|-?[1-9][0-9]{0,17})$"
_NUMBER = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$"


def typed(table: pl.DataFrame, *, as_written: Collection[str] = ()) -> pl.DataFrame:
    """Give text columns a type if every value is written as that type writes it.

    Whole numbers have no leading zero, no plus sign and at most 18 digits; numbers with a fraction at most 15 digits
    before it; a column of booleans has one spelling. Anything else stays text: ``"001"``, ``"1,5"``, ``"+49"``, card
    numbers, dates. So do the columns ``as_written``, whatever they hold: a class called ``1.10`` is not called ``1.1``.
    """
    return table.with_columns(_column(table[name]) for name in table.columns if name not in as_written)


def _column(text: pl.Series) -> pl.Series:
    values = text.drop_nulls()
    if not len(values):
        return text
    for true, false in _BOOLEANS:
        if values[0] in {true, false} and values.is_in([true, false]).all():
            return text == true
    if values.head(1).str.contains(_INTEGER).all() and values.str.contains(_INTEGER).all():
        return text.cast(pl.Int64)
    if values.head(1).str.contains(_NUMBER).all() and values.str.contains(_NUMBER).all():
        numbers = text.cast(pl.Float64)
        return text if numbers.is_infinite().any() else numbers
    return text
