"""A table of late labels becomes the same items that the HTTP door takes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from classward.errors import DataError

__all__ = ["LABEL_TEXTS", "QUEUE", "label_rows"]

QUEUE = "queue"
"""Source of labels that were asked for."""

LABEL_TEXTS = ("id", "label", "event_at", "source", "annotator")
"""Columns that are read as written: ``001`` and ``1.10`` are names here, not numbers."""

_NEEDED = ("id", "label", "event_at")
_OPTIONAL = ("source", "annotator", "weight")


def label_rows(table: pl.DataFrame, *, source: str, table_name: str) -> list[dict[str, object]]:
    """Rows of a table as label items; empty optional cells are left out, times without a zone are taken as UTC.

    Rows that a queue handed out (source ``queue``) and that have no label are not done yet: they are left out.

    Raises
    ------
    DataError
        CW907 if a needed column is missing.
    """
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise DataError(
            "CW907",
            f"{table_name} lacks columns that labels need",
            got=f"missing: {', '.join(missing)}; present: {', '.join(table.columns[:20])}",
            fix="give the columns id, label and event_at; source, annotator and weight are optional",
        )
    kept = [name for name in (*_NEEDED, *_OPTIONAL) if name in table.columns]
    return [_item(row, source) for row in table.select(kept).iter_rows(named=True) if not _is_open(row)]


def _is_open(row: dict[str, object]) -> bool:
    return row.get("source") == QUEUE and not str(row["label"] or "").strip()


def _item(row: dict[str, object], source: str) -> dict[str, object]:
    item = {name: value for name, value in row.items() if value is not None}
    item["event_at"] = _moment(item.get("event_at"))
    for name in ("id", "label", "annotator"):
        value = item.get(name)
        if isinstance(value, int) and not isinstance(value, bool):  # a whole number of a typed table has one spelling
            item[name] = str(value)
    return {"source": source, **item}


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
    return value
