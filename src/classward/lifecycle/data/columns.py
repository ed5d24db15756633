"""From a Polars frame to columns of plain Python values, or a refusal that names column and row."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from classward.domain import Feature, InputSchema
from classward.errors import DataError
from classward.inference import Columns
from classward.lifecycle.data.kinds import plain_text
from classward.lifecycle.data.times import times_of
from classward.lifecycle.data.vectors import read_vectors, vectors_of

__all__ = ["check_columns", "columns_of"]


def columns_of(table: pl.DataFrame, schema: InputSchema) -> Columns:
    """Give the columns of a schema as Python values: text, numbers, booleans, dates; missing values are ``None``.

    Nothing is guessed: text that looks like a number stays text. NaN counts as missing. Whole numbers in a categorical
    column become their text (5 becomes ``"5"``), since a category is a name. Images are bytes already, vectors become
    float32 arrays.

    Returns
    -------
    columns : mapping from feature name to list
        One value per row, in row order; features in schema order.

    Raises
    ------
    DataError
        CW207 a column is missing; CW209 a value does not fit its kind; CW218 a required value is missing; CW219 a
        number is infinite; CW273 a vector of another length or
        not finite, CW274 of another encoder. Each names the column and the first bad row, counted from 1, and never the
        value.
    """
    _check_present(table, schema)
    return {f.name: _values(_read(table[f.name], f), f) for f in schema.features}


def _values(column: pl.Series, feature: Feature) -> Sequence[object]:
    if feature.kind != "vector" or column.null_count() == len(column):
        return column.to_list()
    return vectors_of(column, feature.length)


def check_columns(table: pl.DataFrame, schema: InputSchema) -> None:
    """Refuse what :func:`columns_of` would refuse, on the whole table, so that the row named is the table's own.

    A later look at some of the rows could only count among those.

    Raises
    ------
    DataError
        CW207, CW209, CW218 or CW219, as :func:`columns_of`.
    """
    _check_present(table, schema)
    for feature in schema.features:
        _read(table[feature.name], feature)


def _check_present(table: pl.DataFrame, schema: InputSchema) -> None:
    present = set(table.columns)  # a frame makes its list of names anew each time it is asked
    missing = [f.name for f in schema.features if f.name not in present]
    if missing:
        raise DataError(
            "CW207",
            f"the table lacks {len(missing)} of {len(schema.features)} columns of the input schema",
            got=f"missing: {', '.join(map(repr, missing[:20]))}; present: {', '.join(map(repr, table.columns[:20]))}",
            why="a column that was renamed or removed changes what the model sees",
            fix="restore the columns; a column may be empty, but it must be there",
        )


def _read(column: pl.Series, feature: Feature) -> pl.Series:
    is_empty = column.null_count() == len(column)
    found = column if is_empty else _READERS[feature.kind](column, feature)
    if feature.is_required and found.null_count():
        raise DataError(
            "CW218",
            f"column {column.name!r} is required, but row {int(found.is_null().arg_true()[0]) + 1} has no value",
            got=f"{found.null_count()} of {len(found)} rows without a value",
            fix="fill in the values, or leave 'required' out of the feature in the task file",
        )
    return found


def _text(column: pl.Series, feature: Feature) -> pl.Series:
    text = plain_text(column)
    if text is None and feature.kind == "categorical" and (column.dtype.is_integer() or column.dtype == pl.Boolean):
        text = column.cast(pl.String)
    return _refuse(column, feature) if text is None else text


def _numeric(column: pl.Series, feature: Feature) -> pl.Series:
    dtype = column.dtype
    if dtype.is_decimal():
        return column.cast(pl.Float64)
    if dtype.is_float():
        numbers = column.cast(pl.Float64).fill_nan(None)
        wrong = numbers.is_infinite().arg_true()
        if len(wrong):
            raise DataError(
                "CW219",
                f"column {column.name!r} is infinite in row {int(wrong[0]) + 1}",
                got=f"{len(wrong)} infinite of {len(column)} values",
                why="an infinite number swamps every other one",
                fix="leave the value empty, or give the largest number that is meant",
            )
        return numbers
    return column if dtype.is_integer() else _refuse(column, feature)


def _boolean(column: pl.Series, feature: Feature) -> pl.Series:
    return column if column.dtype == pl.Boolean else _refuse(column, feature)


def _date(column: pl.Series, feature: Feature) -> pl.Series:
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return column
    if column.dtype != pl.String:
        return _refuse(column, feature)
    times = times_of(column)
    wrong = (times.is_null() & column.is_not_null()).arg_true()
    if len(wrong):
        return _refuse(column, feature, row=int(wrong[0]), n_wrong=len(wrong))
    return times


def _image(column: pl.Series, feature: Feature) -> pl.Series:
    return column if column.dtype == pl.Binary else _refuse(column, feature)


_READERS = {
    "text": _text, "categorical": _text, "numeric": _numeric, "boolean": _boolean, "date": _date, "image": _image,
    "vector": read_vectors,
}  # fmt: skip
_ALLOWED = {
    "text": "text",
    "categorical": "text, whole numbers or true/false",
    "numeric": "numbers",
    "boolean": "true/false",
    "date": "dates or ISO 8601 text",
    "image": "paths of image files, base64 or bytes",
    "vector": "lists of numbers",
}


def _refuse(column: pl.Series, feature: Feature, *, row: int | None = None, n_wrong: int = 0) -> pl.Series:
    present = column.is_not_null().arg_true()
    first = row if row is not None else (int(present[0]) if len(present) else 0)
    raise DataError(
        "CW209",
        f"column {column.name!r} is {feature.kind} in the task, but row {first + 1} holds something else",
        got=f"{n_wrong or len(present)} of {len(column)} values, of type {column.dtype}; allowed: "
        f"{_ALLOWED[feature.kind]}",
        why="values are never converted by guess: '001' is not 1",
        fix=f"convert the column, or change its kind under [features] {column.name!r}",
    )
