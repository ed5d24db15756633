"""Columns that become numbers: numeric, boolean and date features, NaN where a value is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from classward.inference.columns import Columns

__all__ = ["BooleanPart", "DatePart", "NumericPart"]

_LARGEST = float(np.finfo(np.float32).max)
_PER_DATE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericPart:
    """Numeric columns, rounded to float32: the precision the model was trained with."""

    columns: tuple[str, ...]

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return len(self.columns)

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns); values beyond float32 become its largest value."""
        if n == 1:
            one = np.array([[columns[name][0] for name in self.columns]], dtype=np.float64)
            return np.maximum(np.minimum(one, _LARGEST), -_LARGEST).astype(np.float32)
        values = np.array([columns[name] for name in self.columns], dtype=np.float64).reshape(self.n_columns, n)
        return np.clip(values, -_LARGEST, _LARGEST).astype(np.float32).T


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanPart:
    """Boolean columns as 1, 0 or NaN."""

    columns: tuple[str, ...]

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return len(self.columns)

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns)."""
        return np.array([columns[name] for name in self.columns], dtype=np.float32).reshape(self.n_columns, n).T


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePart:
    """Dates and times as four numbers each: year with fraction, month, weekday (Monday 0) and hour.

    Aware times are read in UTC, naive ones as they stand; a plain date has hour 0.
    """

    columns: tuple[str, ...]

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return _PER_DATE * len(self.columns)

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns)."""
        out = np.full((n, self.n_columns), np.nan, dtype=np.float32)
        for j, name in enumerate(self.columns):
            for i, value in enumerate(columns[name]):
                if isinstance(value, date):
                    out[i, _PER_DATE * j : _PER_DATE * (j + 1)] = _numbers(value)
        return out


def _numbers(value: date) -> tuple[float, float, float, float]:
    hour = 0.0
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(UTC)
        hour = value.hour + value.minute / 60.0
    day = value.timetuple().tm_yday - 1 + hour / 24.0
    return value.year + day / 366.0, float(value.month), float(value.weekday()), hour
