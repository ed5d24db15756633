"""Read a time column, whatever its type, as UTC microseconds."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

__all__ = ["is_time_like", "times_of"]

_UTC = pl.Datetime("us", "UTC")
_N_LOOKED_AT = 200


def times_of(column: pl.Series) -> pl.Series:
    """Read dates, datetimes or ISO 8601 text as aware UTC datetimes; what cannot be read becomes null.

    Values without a zone are taken as UTC; dates are midnight. Other types give nulls only.
    """
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        cast = column.cast(pl.Datetime("us", dtype.time_zone))
        return cast.dt.convert_time_zone("UTC") if dtype.time_zone else cast.dt.replace_time_zone("UTC")
    if dtype == pl.Date:
        return column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if dtype == pl.String:
        return pl.Series(column.name, [_parse(v) for v in column.to_list()], dtype=_UTC)
    return pl.Series(column.name, [None] * len(column), dtype=_UTC)


def is_time_like(column: pl.Series) -> bool:
    """Whether a column holds moments: a temporal type, or text that is ISO 8601 (with ``-``) throughout."""
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return True
    if column.dtype != pl.String:
        return False
    sample = column.drop_nulls().head(_N_LOOKED_AT).to_list()
    return bool(sample) and all("-" in v[4:5] and _parse(v) is not None for v in sample)


def _parse(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
