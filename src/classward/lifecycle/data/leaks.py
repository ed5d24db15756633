"""Columns that give the label away."""

from __future__ import annotations

import polars as pl

__all__ = ["gives_away"]

_FEWEST_ROWS = 20
_RECURS = 5
_COVERED = 0.9
_NEARLY = 0.98


def gives_away(column: pl.Series, labels: pl.Series) -> tuple[str, bool]:
    """Say why a column leaks the label, and whether that is certain enough to leave it out.

    A column leaks when it equals the label, or when each of its values goes with one class only although most values
    recur (five rows or more): then it is a code of the label, or was filled in because of it. Values that do not recur
    (free text, amounts) determine every label trivially and say nothing. A column that gives the class of 98 % of the
    rows while the largest class has less than 90 % is worth a note.

    Returns
    -------
    reason, is_certain : str, bool
        An empty reason when there is nothing to say.
    """
    rows = pl.DataFrame({"value": column, "label": labels}).filter(pl.col("label").is_not_null())
    n_unique = rows["label"].n_unique()
    if n_unique < 2:
        return "", False
    if column.dtype == pl.String and not rows["value"].null_count() and (rows["value"] == rows["label"]).all():
        return "equals the label: would leak", True
    if rows.height < _FEWEST_ROWS or column.dtype.is_nested() or column.dtype == pl.Object:
        return "", False
    present = rows.drop_nulls()
    pairs = present.group_by("value", "label").len()
    values = pairs.group_by("value").agg(n=pl.col("len").sum(), best=pl.col("len").max(), n_labels=pl.len())
    recurring = values.filter(pl.col("n") >= _RECURS)
    n = int(recurring["n"].sum())
    if n < _COVERED * rows.height or recurring.height < 2:
        return "", False
    share = float(recurring["best"].sum()) / n
    majority = float(rows.group_by("label").len()["len"].max() or 0) / rows.height  # type: ignore[arg-type]
    if share == 1.0:
        return f"each of its {recurring.height:,} values goes with one class only: would leak", True
    if share >= _NEARLY and majority < _COVERED:
        return f"alone gives the class of {share:.1%} of the rows", False
    return "", False
