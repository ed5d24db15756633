"""Columns of precomputed vectors: one length, finite numbers, one encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Feature
from classward.errors import DataError

__all__ = ["read_vectors", "vector_length", "vectors_of"]

_FIELDS = {"encoder", "vector"}


def vector_length(column: pl.Series) -> int:
    """How many numbers each value of a column has, if it is a column of vectors of one length (2 or more); else 0."""
    inner = _inner(column.dtype)
    present = column.drop_nulls()
    if inner is None or not inner.is_numeric() or not len(present):
        return 0
    lengths = present.cast(pl.List(pl.Float64)).list.len()
    return int(lengths[0]) if lengths[0] >= 2 and lengths.n_unique() == 1 else 0


def read_vectors(column: pl.Series, feature: Feature) -> pl.Series:
    """Check a column of vectors: lists of numbers, or objects ``{encoder, vector}``; missing ones stay missing.

    Raises
    ------
    DataError
        CW209 for another type; CW273 naming the first row with another length, a gap or a number that is not finite; CW274
        naming the first row that another encoder made.
    """
    if isinstance(column.dtype, pl.Struct) and {f.name for f in column.dtype.fields} == _FIELDS:
        _check_encoders(column, feature)
        column = column.struct.field("vector").alias(column.name)
    inner = _inner(column.dtype)
    if inner is None or not (inner.is_numeric() or inner == pl.Null):
        raise DataError(
            "CW209",
            f"column {column.name!r} is a vector in the task, and holds something else",
            got=f"values of type {column.dtype}; allowed: lists of numbers",
            why="values are never converted by guess",
            fix=f"give lists of {feature.length} numbers (Parquet or NDJSON), or change its kind under [features]",
        )
    lists = column.cast(pl.List(pl.Float64))
    wrong = (lists.list.len() != feature.length).fill_null(False).arg_true()
    if len(wrong):
        first = int(wrong[0])
        raise _bad(column, feature, first, f"{len(lists[first])} numbers", len(wrong))
    rows = lists.is_not_null().arg_true().to_numpy()
    matrix = _matrix(lists, feature.length)
    off = rows[~np.isfinite(matrix).all(axis=1)]
    if len(off):
        raise _bad(column, feature, int(off[0]), "a gap, NaN or an infinite number in it", len(off))
    return lists


def vectors_of(lists: pl.Series, length: int) -> Sequence[object]:
    """Checked vectors as float32 arrays, ``None`` where one is missing."""
    rows = iter(_matrix(lists, length).astype(np.float32))
    return [None if is_missing else next(rows) for is_missing in lists.is_null().to_list()]


def _matrix(lists: pl.Series, length: int) -> NDArray[np.float64]:
    present = lists.drop_nulls()
    flat = present.explode().cast(pl.Float64) if len(present) else pl.Series([], dtype=pl.Float64)
    return np.asarray(flat.to_numpy(), dtype=np.float64).reshape(len(present), length)


def _inner(dtype: pl.DataType) -> pl.DataType | None:
    if isinstance(dtype, pl.List | pl.Array):
        return dtype.inner  # type: ignore[return-value]
    return None


def _check_encoders(column: pl.Series, feature: Feature) -> None:
    made_by = column.struct.field("encoder")
    wrong = (column.struct.field("vector").is_not_null() & (made_by.ne_missing(feature.encoder))).arg_true()
    if len(wrong):
        first = int(wrong[0])
        raise DataError(
            "CW274",
            f"column {column.name!r}: row {first + 1} was made by another encoder than the task names",
            got=f"{made_by[first]!r} for {feature.encoder or 'no encoder in the task file'!r}; {len(wrong)} such rows",
            why="numbers of two encoders, or of two versions of one, mean different things in the same place",
            fix=f'make all vectors by one encoder, and name it: {column.name} = {{ kind = "vector", encoder = "…" }}',
        )


def _bad(column: pl.Series, feature: Feature, row: int, got: str, n: int) -> DataError:
    return DataError(
        "CW273",
        f"column {column.name!r}: row {row + 1} is no vector of {feature.length} finite numbers",
        got=f"{got}; {n} such rows",
        why="a shorter, longer or broken vector means something else in every place",
        fix="make the vector again, or leave it out; 'length' under [features] says how many numbers it has",
    )
