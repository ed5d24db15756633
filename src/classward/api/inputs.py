"""What people pass to an estimator (arrays, frames, lists of text) as columns with a schema."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.api.media import holds_images, holds_vectors, images_in, images_read
from classward.domain import Feature, InputSchema
from classward.errors import DataError, WrongType
from classward.inference import Columns
from classward.lifecycle.data import columns_of, kind_of, vector_length

__all__ = ["columns_for", "frame_of", "is_frame", "is_images", "is_texts", "schema_of"]


def is_frame(X: Any) -> bool:
    """Whether it is a pandas or Polars frame (told by what it offers, so that neither needs to be imported)."""
    return hasattr(X, "columns") and (hasattr(X, "iloc") or isinstance(X, pl.DataFrame))


def is_texts(X: Any) -> bool:
    """Whether it is one text per row: a list, a series or a one-dimensional array of strings."""
    is_listlike = isinstance(X, Sequence | np.ndarray | pl.Series) or hasattr(X, "iloc")
    if not is_listlike or isinstance(X, str | bytes) or is_frame(X):
        return False
    if getattr(X, "ndim", 1) != 1 or not len(X):
        return False
    return all(isinstance(v, str) or v is None for v in X) and any(isinstance(v, str) for v in X)


def is_images(X: Any) -> bool:
    """Whether it is one image per row: a list of paths, bytes or arrays, or one array (n, height, width[, 3])."""
    if isinstance(X, np.ndarray) and X.ndim in {3, 4} and X.dtype == np.uint8:
        return True
    return isinstance(X, Sequence | np.ndarray) and not isinstance(X, str | bytes) and holds_images(X)


def frame_of(X: Any) -> pl.DataFrame:
    """A frame of Polars with text names, whatever the input was; one column ``text`` for texts,
    ``image`` for images, ``x0…`` for arrays.

    Raises
    ------
    DataError
        CW250 two columns have the same name.
    WrongType
        CW251 a column holds what no feature can hold.
    """
    if is_images(X):
        return pl.DataFrame([images_in("image", X)])
    if is_texts(X):
        return pl.DataFrame({"text": [v if v is None else str(v) for v in X]}, schema={"text": pl.String})
    if isinstance(X, pl.DataFrame):
        return X.with_columns(images_in(c, X[c].to_list()) for c in X.columns if X[c].dtype == pl.Object)
    if is_frame(X):
        names = [str(name) for name in X.columns]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise DataError("CW250", "two columns have the same name", got=", ".join(map(repr, twice[:5])))
        return pl.DataFrame([_series(name, X.iloc[:, i].to_numpy()) for i, name in enumerate(names)])
    array = np.asarray(X)
    return pl.DataFrame([_series(f"x{i}", array[:, i]) for i in range(array.shape[1])])


def schema_of(table: pl.DataFrame, *, is_text: bool = False) -> InputSchema:
    """Every column as a feature, by what it holds: numbers, true/false, dates, text, or else categories.

    ``is_text``: the caller passed texts, however often they recur.
    """
    found = [_kind(table[c]) for c in table.columns]
    kinds = ["text" if is_text and kind != "image" else kind for kind in found]
    lengths = [vector_length(table[c]) if k == "vector" else 0 for c, k in zip(table.columns, kinds, strict=True)]
    return InputSchema(
        features=tuple(Feature(name=c, kind=k, length=n) for c, k, n in zip(table.columns, kinds, lengths, strict=True))
    )


def columns_for(table: pl.DataFrame, schema: InputSchema) -> Columns:
    """Columns of a schema, converted to the kinds it declares; see :func:`classward.lifecycle.data.columns_of`."""
    casts = []
    table = images_read(table, schema)
    for feature in schema.features:
        dtype = table[feature.name].dtype
        if feature.kind == "numeric" and dtype == pl.Boolean:
            casts.append(pl.col(feature.name).cast(pl.Int8))
        elif feature.kind in {"text", "categorical"} and (dtype.is_float() or dtype == pl.Null):
            casts.append(pl.col(feature.name).cast(pl.String))
    return columns_of(table.with_columns(casts), schema)


def _kind(column: pl.Series) -> str:
    dtype = column.dtype
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_numeric() or dtype == pl.Null:
        return "numeric"
    found = kind_of(column)[0]
    if dtype == pl.Binary or found in {"image", "vector"}:
        return found or "image"
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return "date"
    return "text" if found == "text" else "categorical"


def _series(name: str, values: NDArray[Any]) -> pl.Series:
    if values.dtype.kind in "fiub":
        wide = values.astype(np.float64) if values.dtype.kind == "f" else values
        return pl.Series(name, wide, nan_to_null=True)
    if values.dtype.kind == "M":
        return pl.Series(name, values.astype("datetime64[us]"))
    plain = [None if _is_missing(v) else v for v in values.tolist()]
    if holds_images(plain):
        return images_in(name, plain)
    if holds_vectors(plain):
        return pl.Series(name, [None if v is None else list(v) for v in plain], dtype=pl.List(pl.Float64))
    kinds = {type(v) for v in plain if v is not None}
    if kinds <= {bool}:
        return pl.Series(name, plain, dtype=pl.Boolean)
    if kinds <= {int, float, bool, np.float64, np.float32, np.int64, np.int32}:
        return pl.Series(name, [None if v is None else float(v) for v in plain], dtype=pl.Float64)
    if kinds <= {datetime, date}:
        return pl.Series(name, plain)
    if kinds & {dict, list, set, tuple, bytes}:
        raise WrongType(
            "CW251",
            f"column {name!r} holds what no feature can hold",
            got=f"argument must be a string or a number, not {', '.join(sorted(k.__name__ for k in kinds))}",
            fix="turn the column into text, numbers, true/false or dates",
        )
    return pl.Series(name, [None if v is None else str(v) for v in plain], dtype=pl.String)


def _is_missing(value: object) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)
