"""What stands on both sides of a split: entities, ids and rows alike in every feature."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Finding, Interval, Task
from classward.lifecycle.data.duplicates import alike
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.statistics import wilson

__all__ = ["group_overlap", "id_overlap", "row_overlap"]


def group_overlap(table: pl.DataFrame, task: Task, folds: Folds, limits: LeakageLimits) -> list[Finding]:
    """Refuse entities with rows both in the test fold and among the rows learned or calibrated from."""
    if task.group_column is None or task.group_column not in table.columns:
        return []
    is_known = table[task.group_column].is_not_null().to_numpy()
    block = table[task.group_column].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    n_rows, n, n_groups = _on_both_sides(np.where(is_known, block, -1), folds)
    if not n_rows:
        return []
    return [
        _finding(
            "group_overlap", (task.group_column,), n_rows, n, limits, threshold=0.0, severity="stop",
            what=f"{n_groups:,} values of {task.group_column!r} have rows on both sides of the split: {n_rows:,} of "
            f"{n:,} test rows",
            why="what the model remembers about an entity flatters it on the entity's other rows",
            fix="keep each entity in one fold; in a test table of your own, leave out entities that are in training, or "
            "take the group column out of the task if entities recur in use just so",
        )
    ]  # fmt: skip


def id_overlap(table: pl.DataFrame, task: Task, folds: Folds, limits: LeakageLimits) -> list[Finding]:
    """Count test rows whose id is also the id of a row learned or calibrated from."""
    if task.id_column is None or task.id_column not in table.columns:
        return []
    column = table[task.id_column]
    block = column.rank("dense").fill_null(-1).cast(pl.Int64).to_numpy()
    n_rows, n, n_ids = _on_both_sides(block, folds)
    if not n_rows:
        return []
    is_stop = n_rows / n >= limits.same_id_share
    return [
        _finding(
            "id_overlap", (task.id_column,), n_rows, n, limits, threshold=limits.same_id_share,
            severity="stop" if is_stop else "warn",
            what=f"{n_ids:,} ids in {task.id_column!r} have rows on both sides of the split: {n_rows:,} of {n:,} test rows",
            why="an id names one thing: its other row may hold the answer",
            fix="keep one row per id, or name the column as the group column so that splits keep each id in one fold",
        )
    ]  # fmt: skip


def row_overlap(table: pl.DataFrame, task: Task, folds: Folds, limits: LeakageLimits) -> list[Finding]:
    """Count test rows that are alike in every feature to a row learned or calibrated from; a warning at most.

    In tables of a few columns with few values rows recur by nature, so this alone stops nothing.
    """
    columns = [c for c in task.schema.names if c in table.columns]
    block = alike(table, columns)
    n_rows, n, _ = _on_both_sides(block, folds)
    if n_rows < 3 or n_rows / n < limits.near_warn_share:
        return []
    return [
        _finding(
            "row_overlap", tuple(columns), n_rows, n, limits, threshold=limits.near_warn_share, severity="warn",
            what=f"{n_rows:,} of {n:,} test rows are alike in every feature to a row learned from",
            why="the model can recite them, so the figures flatter it, unless rows recur as often in use",
            fix="remove the copies, or name a group column that holds copies together",
        )
    ]  # fmt: skip


def _on_both_sides(block: NDArray[np.int64], folds: Folds) -> tuple[int, int, int]:
    """Test rows with a block of the other side, test rows with a block, blocks on both sides; -1 is none."""
    test = block[folds.test]
    test = test[test >= 0]
    both = np.intersect1d(test, np.concatenate([block[folds.train], block[folds.calibration]]))
    return int(np.isin(test, both).sum()), len(test), len(both)


def _finding(kind: str, columns: tuple[str, ...], k: int, n: int, limits: LeakageLimits, **said: object) -> Finding:
    low, high = wilson(k, n, level=limits.level)
    return Finding(
        kind=kind, columns=columns, figure="share of test rows", value=k / n, n=n,
        interval=Interval(low=low, high=high, level=limits.level, method="Wilson"), **said,  # type: ignore[arg-type]
    )  # fmt: skip
