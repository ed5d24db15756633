"""Columns as small whole numbers, whatever they hold: what simple looks at single columns count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.lifecycle.data.times import times_of

__all__ = ["Coded", "coded"]

_FEWEST_PER_BIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One column: a code per row (0: missing, 1: values that occur once) and how many codes there are."""

    name: str
    code: NDArray[np.int64]
    n_codes: int


def coded(column: pl.Series, *, n_bins: int) -> Coded | None:
    """Number the values of a column; ``None`` for types without an order or equality.

    Numbers and times are cut at quantiles into at most ``n_bins`` bins of at least five rows, unless they have no more
    different values than that (a value with many rows has a bin of its own); everything else gets a code per value, those
    that occur once sharing one, since nothing can be learned about them from other rows. Labels are not looked at. NaN
    counts as missing; infinities are extreme.
    """
    dtype = column.dtype
    if dtype == pl.Object or dtype.is_nested():
        return None
    if dtype.is_temporal() and dtype != pl.Duration and dtype != pl.Time:
        column = times_of(column).dt.timestamp("us")
    if column.dtype.is_numeric():
        numbers = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
        if len(np.unique(numbers[~np.isnan(numbers)])) > n_bins:
            return _binned(column.name, numbers, n_bins)
        column = pl.Series(column.name, numbers).fill_nan(None)
    return _listed(column)


def _binned(name: str, numbers: NDArray[np.float64], n_bins: int) -> Coded:
    is_present = ~np.isnan(numbers)
    values, counts = np.unique(numbers[is_present], return_counts=True)
    n_bins = max(2, min(n_bins, int(counts.sum()) // _FEWEST_PER_BIN))
    is_heavy = counts > counts.sum() / n_bins
    heavy = values[is_heavy]
    light = np.repeat(values[~is_heavy], counts[~is_heavy])
    n_light = max(1, min(n_bins, len(light) // _FEWEST_PER_BIN))
    at = (np.arange(1, n_light) * len(light)) // n_light
    cuts = np.unique(np.concatenate([light[at] if len(light) else light, heavy, np.nextafter(heavy, np.inf)]))
    code = np.where(is_present, np.searchsorted(cuts, numbers, side="right") + 2, 0)
    return Coded(name=name, code=code.astype(np.int64), n_codes=len(cuts) + 3)


def _listed(column: pl.Series) -> Coded:
    rank = column.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    counts = np.bincount(rank)
    recurs = counts > 1
    recurs[0] = False
    new = np.where(recurs, np.cumsum(recurs) + 1, 1)
    new[0] = 0
    return Coded(name=column.name, code=new[rank].astype(np.int64), n_codes=int(recurs.sum()) + 2)
