"""Test rows that differ from a row learned from by next to nothing in every number."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Finding, Interval, Task
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.statistics import wilson

__all__ = ["near_rows"]

_FEWEST_COLUMNS = 3
_TOLERANCE = 0.01
_CELL = 0.15
_N_TABLES, _N_DIRECTIONS = 8, 5
_NEIGHBOURS = 8
_MOST_ROWS = 100_000


def near_rows(table: pl.DataFrame, task: Task, folds: Folds, limits: LeakageLimits) -> list[Finding]:
    """Count test rows within 0.01 standard deviations of a row learned from in every number, but not the same.

    Other columns must be equal, and the same values missing. Needs three columns of numbers with many different values
    (jittered or rescaled copies, readings of one moment); a lower bound found by random projections, each pair compared
    in full. Of more than 100,000 rows about as many are looked at: those of some regions, test rows and rows learned from
    alike, so that near rows stay together; n says how many test rows those are. A warning at most; labels are not read.
    """
    names = [c for c in task.schema.names if c in table.columns]
    numbers = [c for c in names if table[c].dtype.is_float() and table[c].n_unique() > 0.2 * table.height]
    others = [c for c in names if c not in numbers and table[c].dtype != pl.Object and not table[c].dtype.is_nested()]
    n = len(folds.test)
    if len(numbers) < _FEWEST_COLUMNS or n < limits.fewest_rows:
        return []
    x = np.column_stack([_scaled(table[c]) for c in numbers])
    key = np.zeros(table.height, dtype=np.int64)
    if others:
        key = table.select(pl.struct(others).hash().alias("k"))["k"].to_numpy().view(np.int64)
    kept = _regions(x)
    fit = np.concatenate([folds.train, folds.calibration])
    place = kept.cumsum() - 1
    near = _near(x[kept], key[kept], place[folds.test[kept[folds.test]]], place[fit[kept[fit]]])
    n, k = len(near), int(near.sum())
    if k < 3 or k / n < limits.near_warn_share:
        return []
    low, high = wilson(k, n, level=limits.level)
    return [
        Finding(
            kind="near_rows", columns=tuple(numbers), figure="share of test rows nearly equal to a row learned from",
            value=k / n, n=n, threshold=limits.near_warn_share, severity="warn",
            interval=Interval(low=low, high=high, level=limits.level, method="Wilson"),
            what=f"{k:,} of {n:,} test rows differ from a row learned from by less than {_TOLERANCE:g} standard deviations "
            f"in each of {len(numbers)} numbers",
            why="copies with noise, or readings of one moment, let the model recite: the figures flatter it",
            fix="name a group column that holds such rows together (device, batch, source row), or remove the copies",
        )
    ]  # fmt: skip


def _scaled(column: pl.Series) -> NDArray[np.float64]:
    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    values = np.where(np.isfinite(values), values, np.nan)
    present = values[~np.isnan(values)]
    spread = float(present.std()) if len(present) else 0.0
    return (values - (present.mean() if len(present) else 0.0)) / (spread or 1.0)


def _regions(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows in stripes along one direction that hold about as many rows as may be looked at."""
    if len(x) <= _MOST_ROWS:
        return np.ones(len(x), dtype=bool)
    direction = np.random.default_rng(1_805).normal(size=x.shape[1])
    along = np.nan_to_num(x) @ (direction / np.linalg.norm(direction))
    return np.asarray(along - np.floor(along) < _MOST_ROWS / len(x))


def _near(
    x: NDArray[np.float64], key: NDArray[np.int64], test: NDArray[np.int64], fit: NDArray[np.int64]
) -> NDArray[np.bool_]:
    rng = np.random.default_rng(1_804)  # fixed: the directions are part of the method
    is_missing = np.isnan(x)
    filled = np.where(is_missing, 0.0, x)
    pattern = _hashed(np.column_stack([key, is_missing])).view(np.int64)
    near = np.zeros(len(test), dtype=bool)
    for _ in range(_N_TABLES):
        directions = rng.normal(size=(x.shape[1], _N_DIRECTIONS))
        directions /= np.linalg.norm(directions, axis=0)
        cells = np.floor(filled @ directions / _CELL + rng.random(_N_DIRECTIONS)).astype(np.int64)
        bucket = _hashed(np.column_stack([pattern, cells]))
        order = fit[np.argsort(bucket[fit], kind="stable")]
        ordered = bucket[order]
        left, right = (np.searchsorted(ordered, bucket[test], side=s) for s in ("left", "right"))
        for step in range(_NEIGHBOURS):
            at = np.flatnonzero((left + step < right) & ~near)
            a, b = test[at], order[left[at] + step]
            gap = np.abs(filled[a] - filled[b]).max(axis=1)
            near[at] = (pattern[a] == pattern[b]) & (gap <= _TOLERANCE) & (gap > 0)
    return near


def _hashed(parts: NDArray[np.int64]) -> NDArray[np.uint64]:
    value = np.zeros(len(parts), dtype=np.uint64)
    for column in parts.T:
        value = (value ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value
