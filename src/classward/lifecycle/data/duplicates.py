"""Rows that are alike in every feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["Duplicates", "alike", "duplicates_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """How many rows repeat an earlier one, how many of them disagree about the label, and a sentence for each."""

    n_rows: int
    n_disagreeing: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for people; none when there is nothing to say."""
        notes = []
        if self.n_rows:
            notes.append(f"{self.n_rows:,} rows repeat an earlier row in every feature")
        if self.n_disagreeing:
            notes.append(f"{self.n_disagreeing:,} rows are alike in every feature but differ in their label")
        return tuple(notes)


def alike(table: pl.DataFrame, columns: Sequence[str]) -> NDArray[np.int64]:
    """Number the rows so that rows equal in all columns share a number; numbers count up from 0 in row order."""
    if not table.height:
        return np.zeros(0, dtype=np.int64)
    names = list(dict.fromkeys(c for c in columns if table[c].dtype != pl.Object))
    if not names:
        return np.arange(table.height, dtype=np.int64)
    plain = [
        (pl.col(c).fill_nan(None) if table[c].dtype.is_float() else pl.col(c)).alias(str(i))
        for i, c in enumerate(names)
    ]
    keys = [str(i) for i in range(len(names))]
    first = table.select(plain).with_row_index("row").select(pl.col("row").first().over(keys))["row"].to_numpy()
    return np.asarray(np.unique(first, return_inverse=True)[1], dtype=np.int64)


def duplicates_of(table: pl.DataFrame, columns: Sequence[str], labels: pl.Series) -> Duplicates:
    """Count the rows that repeat an earlier one in the given columns, and those whose copies have another label."""
    block = alike(table, columns)
    n_blocks = int(block.max()) + 1 if len(block) else 0
    rows = pl.DataFrame({"block": block, "label": labels}).drop_nulls()
    mixed = rows.group_by("block").agg(n=pl.len(), labels=pl.col("label").n_unique()).filter(pl.col("labels") > 1)
    return Duplicates(n_rows=table.height - n_blocks, n_disagreeing=int(mixed["n"].sum()))
