"""Columns suspect by what they are: ids as features, and dates later than the row."""

from __future__ import annotations

import re

import polars as pl

from classward.domain import Finding, Interval, Task
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.looked_at import LookedAt
from classward.lifecycle.data.times import is_time_like, times_of
from classward.statistics import wilson

__all__ = ["id_like_columns", "later_columns"]

_NAMED_ID = re.compile(
    r"(?:.*_)?(?:id|uuid|guid|ref|key|number|no|nr)|.*[a-z](?:Id|ID)|rowid", re.ASCII | re.IGNORECASE
)
_NAMED_AFTERWARDS = re.compile(
    r".*(?:resolved|resolution|solved|closed|closing|finished|completed|decided|outcome).*", re.ASCII | re.IGNORECASE
)


def id_like_columns(rows: LookedAt, limits: LeakageLimits) -> list[Finding]:
    """Find features that name the row: nearly all different, and named like an id, counting up, or text without blanks."""
    made = []
    for name in rows.columns:
        present = rows.table[name].drop_nulls()
        n = len(present)
        if n < limits.fewest_rows or present.dtype == pl.Object or present.dtype.is_nested():
            continue
        share = present.n_unique() / n
        if share < limits.id_unique or not _names_rows(present):
            continue
        low, high = wilson(present.n_unique(), n, level=limits.level)
        made.append(
            Finding(
                kind="id_like", columns=(name,), figure="share of values that are different", value=share, n=n,
                threshold=limits.id_unique, severity="warn",
                interval=Interval(low=low, high=high, level=limits.level, method="Wilson"),
                what=f"{name!r} has {present.n_unique():,} different values in {n:,} rows: it names the row",
                why="nothing learned about one value helps with another; what order there is in it (of entry, of source) "
                "will not hold in use",
                fix="leave the column out, or name it as the id column",
            )
        )  # fmt: skip
    return made


def _names_rows(present: pl.Series) -> bool:
    if present.dtype == pl.String:
        return float(present.str.contains(r"\s").mean() or 0.0) < 0.05 and not is_time_like(present)  # type: ignore[arg-type]
    if not present.dtype.is_integer():
        return False
    steps = present.diff().drop_nulls()
    return bool(_NAMED_ID.fullmatch(present.name)) or bool((steps > 0).all()) or bool((steps < 0).all())


def later_columns(rows: LookedAt, task: Task, limits: LeakageLimits) -> list[Finding]:
    """Find features that hold times later than the time of their row; stopped if they are named like an ending.

    A due date may lie ahead and be known; the time a case was closed may not.
    """
    if task.time_column is None or task.time_column not in rows.table.columns:
        return []
    at = times_of(rows.table[task.time_column])
    made = []
    for name in rows.columns:
        if name == task.time_column or not is_time_like(rows.table[name]):
            continue
        later = (times_of(rows.table[name]) > at).drop_nulls()
        n, k = len(later), int(later.sum())
        if n < limits.fewest_rows or k / n < limits.later_share:
            continue
        low, high = wilson(k, n, level=limits.level)
        is_stop = bool(_NAMED_AFTERWARDS.fullmatch(name))
        made.append(
            Finding(
                kind="later_than_row", columns=(name, task.time_column), value=k / n, n=n,
                figure="share of rows in which it is later than the row", threshold=limits.later_share,
                severity="stop" if is_stop else "warn",
                interval=Interval(low=low, high=high, level=limits.level, method="Wilson"),
                what=f"{name!r} is later than {task.time_column!r} in {k:,} of {n:,} rows",
                why="a time after the row happened is most often written down with the outcome, and missing in use",
                fix="leave the column out unless it is a plan known beforehand (a due date, say)",
            )
        )  # fmt: skip
    return made
