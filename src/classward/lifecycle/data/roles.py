"""Which columns name a row, tell its time or name the entity it belongs to."""

from __future__ import annotations

import re

import polars as pl

from classward.errors import DataError, nearest
from classward.lifecycle.data.times import is_time_like, times_of

__all__ = ["find_group", "find_id", "find_time", "require_columns", "require_times"]

_ID = re.compile(r"(?:.*_)?(?:id|uuid|guid)|.*[a-z](?:Id|ID|Uuid|UUID)|rowid", re.ASCII)
_TIME = re.compile(
    r"created|created_?(?:at|on)|created_?(?:date|time)|timestamp|time|date|datetime|ts|day"
    r"|(?:event|occurred|received|opened|observed|recorded|submitted|sent|posted|reported)_?(?:at|on|time|date)",
    re.ASCII | re.IGNORECASE,
)
_ENTITY = re.compile(
    r"(?:customer|user|client|account|patient|session|device|company|household|person|member|subscriber|author"
    r"|employee|driver|vehicle|merchant|visitor|conversation|thread|group|subject)_?(?:id|uuid|guid|key)",
    re.ASCII | re.IGNORECASE,
)
_FEWEST_GROUPS = 10


def require_columns(table: pl.DataFrame, **asked: str | None) -> None:
    """Refuse names that are not columns (CW207); keywords say what each was meant for."""
    for role, column in asked.items():
        if column is not None and column not in table.columns:
            raise DataError(
                "CW207",
                f"there is no column {column!r}{nearest(column, table.columns)}",
                got=f"{role} = {column!r}; columns: {', '.join(table.columns[:20])}{' …' if table.width > 20 else ''}",
                fix=f"correct {role!r}",
            )


def require_times(table: pl.DataFrame, column: str) -> pl.Series:
    """Read the time column as aware UTC times, refusing rows without a time (CW216)."""
    times = times_of(table[column])
    wrong = times.is_null().arg_true()
    if len(wrong):
        n_empty = table[column].null_count()
        raise DataError(
            "CW216",
            f"{len(wrong)} rows have no time in column {column!r}",
            got=f"{n_empty} empty, {len(wrong) - n_empty} not a date or ISO 8601 text; the first is row "
            f"{int(wrong[0]) + 1} of {table.height}",
            why="a split by time must know which rows came first",
            fix="fill in the times, leave those rows out of the table, or name no time column",
        )
    return times


def find_id(table: pl.DataFrame, label: str) -> str | None:
    """Find the column named like an id whose values are whole numbers or text, present and unique in every row."""
    named = [c for c in table.columns if c != label and _ID.fullmatch(c)]
    for column in sorted(named, key=lambda c: (c.lower() not in {"id", "uuid", "guid"}, table.columns.index(c))):
        values = table[column]
        can_name = values.dtype.is_integer() or values.dtype == pl.String
        if can_name and not values.null_count() and values.n_unique() == table.height:
            return column
    return None


def find_time(table: pl.DataFrame, label: str) -> tuple[str | None, str]:
    """Find the column that tells when a row happened; a note if there are times that were not taken."""
    temporal = [c for c in table.columns if c != label and is_time_like(table[c])]
    named = [c for c in temporal if _TIME.fullmatch(c)]
    for column in named:
        if not times_of(table[column]).null_count():
            return column, ""
    if named:
        return None, f"{named[0]!r} looks like the time of a row, but some rows have none: splits are not by time"
    if temporal:
        return None, f"{temporal[0]!r} holds times; if it says when the row happened, name it with --time"
    return None, ""


def find_group(table: pl.DataFrame, label: str) -> str | None:
    """Find the column named like an entity (``customer_id``, ``user_id`` …) whose values recur."""
    for column in table.columns:
        if column != label and _ENTITY.fullmatch(column):
            values = table[column]
            if (
                (values.dtype.is_integer() or values.dtype == pl.String)
                and not values.null_count()
                and _FEWEST_GROUPS <= values.n_unique() < values.len()
            ):
                return column
    return None
