"""What an ingest looked like: missing values, distinct values, ranges, duplicates, class counts."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from classward.domain import ColumnProfile, Dataset, Task
from classward.lifecycle.data.duplicates import duplicates_of
from classward.lifecycle.data.label_cells import class_counts, labels_of

__all__ = ["profile"]


def profile(table: pl.DataFrame, task: Task, *, dataset_hash: str, taken_at: datetime) -> Dataset:
    """Describe a snapshot without holding any of its texts.

    ``low`` and ``high`` of a column are its smallest and largest number or time, and for text the lengths of the
    shortest and longest value. NaN counts as missing. Duplicates are rows that repeat an earlier one in every feature.

    Parameters
    ----------
    table : polars.DataFrame
        The rows of the snapshot.
    dataset_hash : str
        Content hash under which they are stored.
    taken_at : datetime
        Aware time of the ingest.
    """
    labels = labels_of(table, task.label)
    columns = [c for c in task.schema.names if c in table.columns]
    return Dataset(
        hash=dataset_hash,
        source=task.train.location,
        n_rows=table.height,
        columns=tuple(_profile(table[c]) for c in table.columns),
        class_counts=class_counts(labels),
        n_duplicate_rows=duplicates_of(table, columns, labels).n_rows,
        taken_at=taken_at,
        provenance=task.provenance,
    )


def _ends(present: pl.Series) -> tuple[object, ...]:
    return present.min(), present.max()


def _profile(column: pl.Series) -> ColumnProfile:
    dtype = column.dtype
    present = column.drop_nulls()
    if dtype.is_float():
        present = present.drop_nans()
    n_unique = 0 if dtype == pl.Object else present.n_unique()
    low = high = ""
    if len(present) and dtype == pl.String:
        lengths = present.str.len_chars()
        low, high = (f"{n!s} characters" for n in _ends(lengths))
    elif len(present) and (dtype.is_numeric() or dtype.is_temporal()):
        low, high = (str(v) for v in _ends(present))
    return ColumnProfile(
        name=column.name, dtype=str(dtype), n_missing=len(column) - len(present), n_unique=n_unique, low=low, high=high
    )
