"""What kind of feature a column is, or why it is none."""

from __future__ import annotations

import re

import polars as pl

from classward.lifecycle.data.pictures import image_in_text, looks_like_images
from classward.lifecycle.data.times import is_time_like
from classward.lifecycle.data.vectors import vector_length

__all__ = ["kind_of", "plain_text"]

_CODE = re.compile(r"(?:.*_)?(?:id|code|zip|zipcode|postcode|plz)|.*[a-z](?:Id|ID|Code)", re.ASCII)
_AFTERWARDS = re.compile(r"(?:resolved|resolution|solved|solution|closed|closing)(?:_.*)?", re.ASCII | re.IGNORECASE)
_NO_SPACES = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_N_LOOKED_AT = 20_000
_FEW = 50


def kind_of(column: pl.Series) -> tuple[str | None, str]:
    """Say the kind of feature (``text``, ``categorical`` …) and why; ``None`` and the reason when it is left out.

    Text has more than three words on average (or more than one and mostly unique values); scripts written without
    spaces count two characters as a word. Categories recur. What is unique per row, constant, empty, of a type without
    a meaning here, or named as known only after the label, is left out.
    """
    present = column.drop_nulls()
    if not len(present):
        return None, "no value in any row"
    if _AFTERWARDS.fullmatch(column.name):
        return None, "by its name only known after the label: would leak"
    dtype = column.dtype
    if looks_like_images(present):
        return "image", "image files" if dtype == pl.Binary or image_in_text(present[0]) else "paths of image files"
    if n_numbers := vector_length(column):
        return "vector", f"{n_numbers} numbers each"
    if dtype == pl.Object or dtype.is_nested():
        return None, f"its type ({dtype}) cannot be learned from"
    n_unique = present.n_unique()
    if n_unique == 1 and not column.null_count():
        return None, "the same value in every row"
    if dtype == pl.Boolean:
        return "boolean", "true or false"
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return "date", f"its type is {dtype}"
    if dtype.is_numeric():
        return _kind_of_numbers(present, n_unique)
    text = plain_text(present)
    if text is None:
        return None, f"its type ({dtype}) cannot be learned from"
    return _kind_of_text(text, n_unique)


def plain_text(column: pl.Series) -> pl.Series | None:
    """A text-like column as plain text; ``None`` for other types."""
    if column.dtype == pl.String:
        return column
    return column.cast(pl.String) if isinstance(column.dtype, pl.Categorical | pl.Enum) else None


def _kind_of_numbers(present: pl.Series, n_unique: int) -> tuple[str | None, str]:
    if not present.dtype.is_integer():
        return "numeric", "numbers"
    steps = present.diff().drop_nulls()
    if n_unique == len(present) > 2 and bool((steps == 1).all()):
        return None, "counts the rows"
    if _CODE.fullmatch(present.name):
        if n_unique <= max(_FEW, 0.05 * len(present)):
            return "categorical", f"whole numbers named as codes, {n_unique} different"
        return None, f"whole numbers named as codes, {n_unique} different: too many to learn each"
    return "numeric", "whole numbers"


def _kind_of_text(present: pl.Series, n_unique: int) -> tuple[str | None, str]:
    n = len(present)
    words = _mean_words(present.head(_N_LOOKED_AT))
    if words > 3 and not (n_unique <= _FEW and n_unique <= 0.05 * n):
        return "text", f"{words:.0f} words on average"
    if words > 1.5 and n_unique > 0.5 * n:
        return "text", f"{words:.1f} words on average, mostly unique"
    if is_time_like(present):
        return "date", "ISO 8601 dates"
    if n_unique == n:
        return None, "unique per row"
    if n_unique > max(10, 0.5 * n):
        return None, f"{n_unique:,} different values in {n:,} rows: too few recur to learn from"
    return "categorical", f"{n_unique:,} different values"


def _mean_words(text: pl.Series) -> float:
    words = text.str.count_matches(r"\S+").cast(pl.Float64) + text.str.count_matches(_NO_SPACES) / 2
    return float(words.sum() / len(text))
