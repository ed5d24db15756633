"""Images and vectors that people pass to an estimator: paths, bytes, pixels, lists of numbers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from classward.domain import DataSource, InputSchema
from classward.errors import WrongType
from classward.flows.images import refuse_unreadable, with_images
from classward.inference import picture_bytes

__all__ = ["holds_images", "holds_vectors", "images_in", "images_read"]


def holds_images(values: Sequence[Any] | np.ndarray[Any, Any]) -> bool:
    """Whether every value that is there is bytes, a path object, a Pillow image, or an array of pixels."""
    return any(v is not None for v in values) and all(v is None or _is_image(v) for v in values)


def holds_vectors(values: Sequence[Any]) -> bool:
    """Whether every value that is there is a list or a one-dimensional array of numbers."""
    return any(v is not None for v in values) and all(v is None or _is_vector(v) for v in values)


def images_in(name: str, values: Sequence[Any] | np.ndarray[Any, Any]) -> pl.Series:
    """Images as bytes of files; pixels are packed without loss, path objects are read later, by the name they give."""
    if not holds_images(values):
        raise WrongType(
            "CW251", f"column {name!r} holds what no feature can hold", got="a mixture of objects",
            fix="give an image (bytes, path, pixels), a number, text, true/false or a date in every row",
        )  # fmt: skip
    if any(isinstance(v, os.PathLike) for v in values):
        read = [v if v is None else Path(v).read_bytes() if isinstance(v, os.PathLike) else _packed(v) for v in values]
        return pl.Series(name, read, dtype=pl.Binary)
    return pl.Series(name, [v if v is None else _packed(v) for v in values], dtype=pl.Binary)


def images_read(table: pl.DataFrame, schema: InputSchema) -> pl.DataFrame:
    """Put bytes where paths stand in image columns (relative ones from the current folder), and look at every image.

    Raises
    ------
    DataError
        CW271 naming the first row whose image cannot be read.
    """
    from classward.wiring import attached_files

    source = DataSource(location="rows")
    table, problems = with_images(table, schema, lambda names: attached_files(source, names))
    refuse_unreadable(problems, location="X", n_rows=table.height)
    return table


def _is_image(value: Any) -> bool:
    if isinstance(value, bytes | os.PathLike) or hasattr(value, "getexif"):
        return True
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in {2, 3}


def _is_vector(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "fiu"
    is_list = isinstance(value, list | tuple) and len(value) > 1
    return is_list and all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in value)


def _packed(value: Any) -> bytes:
    return value if isinstance(value, bytes) else picture_bytes(value)
