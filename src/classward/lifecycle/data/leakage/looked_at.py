"""The rows a scan may look at together with their labels: never those of the sealed test fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Task
from classward.lifecycle.data.cross_folds import cross_folds
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.label_cells import labels_of

__all__ = ["LookedAt", "look_at"]

_N_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """A sample of the rows learned and calibrated from, with labels, and folds to hold rows out."""

    table: pl.DataFrame
    labels: pl.Series
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    names: tuple[str, ...]
    y_index: NDArray[np.int64]
    held: tuple[NDArray[np.int64], ...]

    @property
    def n(self) -> int:
        """Rows looked at."""
        return self.table.height

    @property
    def n_classes(self) -> int:
        """Classes among them."""
        return len(self.names)

    @property
    def largest_share(self) -> float:
        """Share of the most frequent class."""
        return float(np.bincount(self.y_index, minlength=1).max() / max(1, self.n))


def look_at(table: pl.DataFrame, task: Task, folds: Folds, *, most_rows: int, rng: np.random.Generator) -> LookedAt:
    """Draw at most ``most_rows`` labelled rows outside the test fold, and divide them (groups whole) to hold rows out."""
    rows = np.concatenate([folds.train, folds.calibration])
    labels = labels_of(table, task.label)
    rows = np.sort(rows[labels.is_not_null().to_numpy()[rows]])
    if len(rows) > most_rows:
        rows = np.sort(rng.choice(rows, size=most_rows, replace=False))
    part = table[rows]
    labels = labels[rows]
    names = tuple(sorted(labels.unique().to_list()))
    index = {name: i for i, name in enumerate(names)}
    y_index = np.fromiter((index[v] for v in labels.to_list()), dtype=np.int64, count=len(labels))
    present = [f for f in task.schema.features if f.name in table.columns]
    return LookedAt(
        table=part,
        labels=labels,
        columns=tuple(f.name for f in present if f.kind not in {"text", "image", "vector"}),
        text_columns=tuple(f.name for f in present if f.kind == "text" and table[f.name].dtype == pl.String),
        names=names,
        y_index=y_index,
        held=_held(part, task, y_index, rng),
    )


def _held(
    part: pl.DataFrame, task: Task, y_index: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], ...]:
    groups = None
    if task.group_column is not None and task.group_column in part.columns:
        column = part[task.group_column]
        groups = column.rank("dense").fill_null(0).to_numpy().astype(np.int64)
        alone = np.flatnonzero(groups == 0)
        groups[alone] = len(groups) + 1 + np.arange(len(alone))
        if len(np.unique(groups)) < _N_FOLDS:
            groups = None
    if len(y_index) < _N_FOLDS:
        return ()
    return cross_folds(y_index, n_folds=_N_FOLDS, groups=groups, rng=rng)
