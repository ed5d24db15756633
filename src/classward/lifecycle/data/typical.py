"""One row that stands for "nothing in particular is known"."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import polars as pl

from classward.domain import InputSchema

__all__ = ["typical_row"]


def typical_row(table: pl.DataFrame, schema: InputSchema) -> dict[str, Any]:
    """Median numbers and dates, most frequent levels, no words: what an answer is compared with when it is explained.

    Not a row of the table: it can be kept where rows may not be. A column without a value is left out.

    >>> from classward.domain import Feature
    >>> table = pl.DataFrame({"n": [1.0, 3.0, 9.0], "kind": ["b", "a", "b"]})
    >>> features = (Feature(name="n", kind="numeric"), Feature(name="kind", kind="categorical"))
    >>> typical_row(table, InputSchema(features=features))
    {'n': 3.0, 'kind': 'b'}
    """
    found = {f.name: _typical(table[f.name], f.kind) for f in schema.features if f.name in table.columns}
    return {name: value for name, value in found.items() if value is not None}


def _typical(column: pl.Series, kind: str) -> Any:
    known = column.drop_nulls()
    if not len(known) or kind not in {"numeric", "date", "categorical", "boolean"}:
        return None
    if kind == "numeric":
        if not known.dtype.is_numeric():
            return None
        middle = known.cast(pl.Float64).median()
        return float(middle) if isinstance(middle, float) and math.isfinite(middle) else None
    if kind == "date":
        value = known.sort()[len(known) // 2]
        return value.isoformat() if isinstance(value, date | datetime) else str(value)
    counts = known.value_counts(sort=True, name="n")
    top = counts.filter(pl.col("n") == counts["n"].max())[known.name].sort()[0]
    return bool(top) if kind == "boolean" else str(top)
