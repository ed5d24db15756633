"""Feature values out of the JSON text that the record log keeps of a row."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from classward.domain import FeatureReference, Reference

__all__ = ["decoded"]


def decoded(features: pl.Series, reference: Reference) -> pl.DataFrame:
    """One column per feature of the reference; a value that is absent or of another type is missing.

    ``features`` holds one JSON object a row, as text. Of images and vectors only whether they are there is kept.
    """
    flat = {f.name: _type(f) for f in reference.features if f.kind != "presence"}
    try:
        values = features.str.json_decode(pl.Struct(flat)).struct.unnest() if flat else pl.DataFrame()
    except pl.exceptions.ComputeError:  # a value of another type than the model learned from
        rows = [json.loads(text) for text in features]
        values = pl.DataFrame(
            {name: [_of_type(row.get(name), kind) for row in rows] for name, kind in flat.items()}, schema=flat
        )
    rest = [f.name for f in reference.features if f.kind == "presence"]
    return values.with_columns(features.str.json_path_match(f"$[{json.dumps(name)}]").alias(name) for name in rest)


def _type(feature: FeatureReference) -> type[pl.DataType]:
    if feature.kind == "numeric":
        return pl.String if feature.is_length else pl.Float64
    return pl.Boolean if feature.is_flag else pl.String


def _of_type(value: Any, kind: type[pl.DataType]) -> Any:
    if isinstance(value, bool) or kind == pl.Boolean:
        return value if isinstance(value, bool) and kind == pl.Boolean else None
    if kind == pl.Float64:
        return float(value) if isinstance(value, int | float) else None
    return value if isinstance(value, str) else None
