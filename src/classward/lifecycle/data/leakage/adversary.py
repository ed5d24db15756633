"""Can a simple model tell test rows from the rows learned from?"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Finding, Interval, Task
from classward.lifecycle.data.cross_folds import cross_folds
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.leakage.coded import Coded, coded
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.single_column import cell_auc

__all__ = ["told_apart"]

_N_BINS = 24
_N_FOLDS = 4
_Z = 2.5758  # 99 %, two-sided


def told_apart(
    table: pl.DataFrame, task: Task, folds: Folds, limits: LeakageLimits, *, rng: np.random.Generator
) -> list[Finding]:
    """Warn if rows of the test fold look different from those of train; labels are not read.

    A naive Bayes over binned columns (texts by their length) is fitted on three quarters of a sample of both folds and
    measured on the last, in turn. It sees a shift of single columns, not of how they go together. A split by time differs
    by nature: then the figure says how much. Never a stop.
    """
    half = limits.most_rows // 2
    parts = [rng.permutation(rows)[:half] for rows in (folds.train, folds.test)]
    if min(len(rows) for rows in parts) < limits.fewest_rows:
        return []
    rows = np.concatenate(parts)
    side = np.repeat(np.array([0, 1]), [len(p) for p in parts])
    sample = table[rows]
    columns = [c for f in task.schema.features if (c := _coded(sample, f.name)) is not None]
    held = cross_folds(side, n_folds=_N_FOLDS, groups=None, rng=rng)
    scores = np.zeros((len(columns), len(rows)))
    for j, column in enumerate(columns):
        scores[j] = _log_ratio(column, side, held)
    auc, low, high = _area(scores.sum(axis=0), side)
    if low < limits.told_apart_auc:
        return []
    least = np.array([_area(score, side)[1] for score in scores])
    worst = [columns[j].name for j in np.argsort(-least)[:3] if least[j] > 0.5]
    shown = ", ".join(f"{name!r}" for name in worst) or "no single column"
    return [
        Finding(
            kind="told_apart", columns=tuple(worst), figure="area under the curve of telling test from train",
            value=auc, n=len(rows), threshold=limits.told_apart_auc, severity="warn",
            interval=Interval(low=low, high=high, level=0.99, method="Hanley and McNeil"),
            what=f"test rows can be told from the rows learned from: area under the curve {auc:.2f} [{low:.2f}, {high:.2f}] "
            f"in {len(rows):,} rows; most by {shown}",
            why="figures on the test fold then speak of other rows than the model learned from; with a split by time that "
            "is what use will look like, otherwise the split or the sources differ",
            fix="look at the columns named: leave out what counts or dates the rows, or divide the rows anew",
        )
    ]  # fmt: skip


def _coded(sample: pl.DataFrame, name: str) -> Coded | None:
    if name not in sample.columns:
        return None
    column = sample[name]
    if column.dtype == pl.String and column.drop_nulls().n_unique() > 0.5 * max(1, len(column)):
        column = column.str.len_chars().cast(pl.Float64).alias(name)
    return coded(column, n_bins=_N_BINS)


def _log_ratio(column: Coded, side: NDArray[np.int64], held: tuple[NDArray[np.int64], ...]) -> NDArray[np.float64]:
    """Held-out log of how much likelier a value is in test than in train."""
    out = np.zeros(len(side))
    total = np.zeros((column.n_codes, 2))
    np.add.at(total, (column.code, side), 1.0)
    for rows in held:
        part = np.zeros_like(total)
        np.add.at(part, (column.code[rows], side[rows]), 1.0)
        fit = total - part + 0.5
        ratio = np.log(fit[:, 1] / fit[:, 1].sum()) - np.log(fit[:, 0] / fit[:, 0].sum())
        out[rows] = ratio[column.code[rows]]
    return out


def _area(score: NDArray[np.float64], side: NDArray[np.int64]) -> tuple[float, float, float]:
    """Area under the curve with its 99 % interval."""
    n_in, n_out = int(side.sum()), int((1 - side).sum())
    auc = cell_auc(score, side.astype(np.float64), (1 - side).astype(np.float64))
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (n_in - 1) * (q1 - auc * auc) + (n_out - 1) * (q2 - auc * auc)
    half = _Z * math.sqrt(max(variance, 0.0) / (n_in * n_out))
    return auc, max(0.0, auc - half), min(1.0, auc + half)
