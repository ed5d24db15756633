"""Decoded frames become Polars frames with fixed schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

__all__ = ["SCHEMAS", "tables_of"]

_TIME = pl.Datetime("us", "UTC")
SCHEMAS: dict[str, dict[str, Any]] = {
    "prediction": {
        "id": pl.String, "request_id": pl.String, "key": pl.String, "at": _TIME, "version": pl.Int64,
        "bundle_hash": pl.String, "label_space_hash": pl.String, "route": pl.String, "label": pl.String,
        "probability": pl.Float64, "probabilities": pl.List(pl.Float32), "path": pl.String,
        "flags": pl.List(pl.String), "kind": pl.String, "latency_ms": pl.Float64, "features": pl.String,
        "payload_weight": pl.Float64, "caller": pl.String, "features_hash": pl.String,
    },
    "label": {
        "id": pl.String, "label": pl.String, "event_at": _TIME, "received_at": _TIME, "source": pl.String,
        "annotator": pl.String, "weight": pl.Float64, "digest": pl.String,
    },
    "quarantine": {"raw": pl.String, "reason": pl.String, "received_at": _TIME},
    "attribution": {
        "id": pl.String, "at": _TIME, "version": pl.Int64, "bundle_hash": pl.String, "class_name": pl.String,
        "explanation": pl.String, "took_ms": pl.Float64,
    },
    "counter": {"second": pl.Int64, "name": pl.String, "n": pl.Int64, "writer": pl.String},
}  # fmt: skip
_KINDS = {"l": "label", "q": "quarantine", "c": "counter", "a": "attribution"}
_TIMES = {"at", "event_at", "received_at"}


def tables_of(payloads: Iterable[Any]) -> dict[str, pl.DataFrame]:
    """One frame per kind that occurs."""
    columns: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in SCHEMAS}
    for payload in payloads:
        if payload[0] == "p":
            _, (request_id, at, version, bundle, space, route, kind, latency_ms), rows = payload
            columns["prediction"] += [
                (r[0], request_id, r[1], at, version, bundle, space, route, r[2], r[3], r[4], r[5], r[6], kind,
                 latency_ms, r[7], *r[8:11], *(None,) * (11 - len(r)))
                for r in rows  # of 8 before there were weights, of 9 before callers; newer ones may have more
            ]  # fmt: skip
        else:
            columns[_KINDS[payload[0]]] += [tuple(r) for r in payload[1]]
    return {kind: _frame(kind, rows) for kind, rows in columns.items() if rows}


def _frame(kind: str, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = SCHEMAS[kind]
    series = []
    for (name, dtype), values in zip(schema.items(), zip(*rows, strict=True), strict=True):
        if name == "probabilities":
            series.append(_vectors(name, values))
        elif name in _TIMES:
            series.append(pl.Series(name, values, dtype=pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
        else:
            series.append(pl.Series(name, values, dtype=dtype, strict=True))
    return pl.DataFrame(series)


def _vectors(name: str, blobs: tuple[bytes, ...]) -> pl.Series:
    lengths = {len(blob) for blob in blobs}
    if len(lengths) == 1 and (width := lengths.pop() // 4):
        matrix = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(-1, width)
        return pl.Series(name, matrix, dtype=pl.Array(pl.Float32, width)).arr.to_list()
    return pl.Series(name, [np.frombuffer(b, dtype="<f4").tolist() for b in blobs], dtype=pl.List(pl.Float32))
