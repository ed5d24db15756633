"""Columns that are the label under another name."""

from __future__ import annotations

import polars as pl

from classward.domain import Finding, Interval
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.looked_at import LookedAt
from classward.statistics import wilson

__all__ = ["target_copies"]

_RECURS = 3


def target_copies(rows: LookedAt, limits: LeakageLimits) -> list[Finding]:
    """Find columns that equal the label, or map to it one-to-one, in nearly every row that has a value.

    One-to-one is judged by how much better the value tells the class, and the class the value, than always naming the
    most frequent one (Goodman and Kruskal's λ), in rows whose value recurs; so neither a dominant class nor values that
    are all different count as a copy. Case and white space do not hide a copy.
    """
    return [
        found
        for name in (*rows.columns, *rows.text_columns)
        if (found := _copy(rows.table[name], rows.labels, rows.n, limits)) is not None
    ]


def _copy(column: pl.Series, labels: pl.Series, n_rows: int, limits: LeakageLimits) -> Finding | None:
    if column.dtype == pl.Object or column.dtype.is_nested():
        return None
    pairs = pl.DataFrame({"value": _plain(column), "label": _plain(labels)}).drop_nulls()
    if pairs.height < max(limits.fewest_rows, n_rows // 20) or pairs["label"].n_unique() < 2:
        return None
    n_equal = int((pairs["value"] == pairs["label"]).sum())
    n_right, share = n_equal, n_equal / pairs.height
    how = "equals the label"
    if share < limits.copy_share:
        n_right, share = _one_to_one(pairs)
        how = "goes one-to-one with the label"
    if share < limits.copy_share:
        return None
    low, high = wilson(n_right, pairs.height, level=limits.level)
    return Finding(
        kind="target_copy", columns=(column.name,), figure="share of rows in which the value stands for the class",
        value=share, n=pairs.height, threshold=limits.copy_share, severity="stop",
        interval=Interval(low=low, high=high, level=limits.level, method="Wilson"),
        what=f"{column.name!r} {how} in {share:.1%} of the {pairs.height:,} rows that have a value",
        why="a model that reads it learns nothing else, and will not have it when a prediction is asked for",
        fix="leave the column out; if it is known beforehand, the label needs no model",
    )  # fmt: skip


def _one_to_one(pairs: pl.DataFrame) -> tuple[int, float]:
    """Rows that fit a one-to-one map, and the smaller λ of both directions (0 if few values recur)."""
    counts = pairs.group_by("value", "label").len().with_columns(of_value=pl.col("len").sum().over("value"))
    recurring = counts.filter(pl.col("of_value") >= _RECURS)
    n = int(recurring["len"].sum())
    if n < 0.95 * pairs.height:
        return 0, 0.0
    shares, rights = [], []
    for one, other in (("value", "label"), ("label", "value")):
        right = int(recurring.group_by(one).agg(pl.col("len").max())["len"].sum())
        largest = int(recurring.group_by(other).agg(pl.col("len").sum())["len"].max() or 0)  # type: ignore[arg-type]
        if largest >= n:
            return 0, 0.0
        shares.append((right - largest) / (n - largest))
        rights.append(right)
    return min(rights), min(shares)


def _plain(column: pl.Series) -> pl.Series:
    return column.cast(pl.String, strict=False).str.strip_chars().str.to_lowercase()
