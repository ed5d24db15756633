"""Divide rows honestly: by time, by entity, by class, or with the test rows that the user gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import FoldInfo, Split, Task, content_hash
from classward.errors import DataError
from classward.lifecycle.data.duplicates import alike, duplicates_of
from classward.lifecycle.data.folds import CALIBRATION, FOLD_NAMES, TEST, TRAIN, Folds
from classward.lifecycle.data.label_cells import labels_of
from classward.lifecycle.data.roles import require_columns, require_times
from classward.lifecycle.data.split_group import group_folds
from classward.lifecycle.data.split_notes import overlap_notes
from classward.lifecycle.data.split_stratified import stratified_folds
from classward.lifecycle.data.split_time import move_to_earliest, time_folds

__all__ = ["split", "together"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What a split looks at, one entry per row."""

    y_index: NDArray[np.int64]
    names: tuple[str, ...]
    block: NDArray[np.int64]
    times: pl.Series | None
    group: NDArray[np.int64] | None

    def first(self, n: int) -> _Rows:
        """Only the first rows, blocks numbered anew."""
        return _Rows(
            y_index=self.y_index[:n],
            names=self.names,
            block=np.unique(self.block[:n], return_inverse=True)[1],
            times=None if self.times is None else self.times.head(n),
            group=None if self.group is None else np.unique(self.group[:n], return_inverse=True)[1],
        )


def split(
    table: pl.DataFrame, task: Task, *, dataset_hash: str, rng: np.random.Generator, test_table_rows: int | None
) -> tuple[Split, Folds]:
    """Divide labelled rows into train, calibration and test by the strongest rule the task allows.

    The user's own test rows stay the test fold (``given``); a time column cuts by time; a group column keeps each
    entity in one fold; otherwise classes have the same share everywhere and rows alike in every feature stay together.
    With time and group, entities that span folds go whole to their earliest fold. Classes too rare to be in every fold
    go to train first and are listed. Rows without a group count as an entity each.

    Parameters
    ----------
    table : polars.DataFrame
        Labelled rows, the user's test rows last.
    test_table_rows : int or None
        How many of the last rows are the user's own test rows; ``None`` if there is no such table.

    Returns
    -------
    split, folds : Split, Folds
        ``rows_hash`` is the hash of the fold names in row order.

    Raises
    ------
    DataError
        CW207 a column is missing; CW215 a fold would be empty; CW216 a row has no time.
    """
    rows = _look(table, task)
    n_rest = table.height - (test_table_rows or 0)
    if n_rest < 1:
        raise _empty_fold(["train"], table.height, "there are no rows to learn from")
    shares = _shares(task, is_given=test_table_rows is not None)
    inner, fold, notes = _divide(rows.first(n_rest), task, shares, rng)
    if test_table_rows is not None:
        fold = np.concatenate([fold, np.full(test_table_rows, TEST, dtype=np.int8)])
    empty = [name for number, name in enumerate(FOLD_NAMES) if not (fold == number).any()]
    if empty:
        raise _empty_fold(empty, table.height, _why_empty(task, inner, len(rows.names)))
    strategy = "given" if test_table_rows is not None else inner
    if strategy == "given":
        notes.insert(0, f"test rows are the task's own test table; the rest was divided {_BY[inner]}")
    counts = np.zeros((3, len(rows.names)), dtype=np.int64)
    np.add.at(counts, (fold, rows.y_index), 1)
    rare = tuple(name for name, column in zip(rows.names, counts.T, strict=True) if not column.all())
    notes += _rare_notes(rows.names, counts, inner, task.min_per_class)
    notes += overlap_notes(fold, rows.block, rows.group if strategy == "given" else None)
    labels = labels_of(table, task.label)
    notes += duplicates_of(table, list(task.schema.names), labels).notes
    made = Split(
        dataset_hash=dataset_hash, strategy=strategy, seed=task.seed, rare_classes=rare, notes=tuple(notes),
        folds=tuple(_info(number, fold, counts, rows) for number in (TRAIN, CALIBRATION, TEST)),
        rows_hash=content_hash(dataset_hash, "".join("tcx"[number] for number in fold.tolist())),
    )  # fmt: skip
    return made, Folds.of(fold)


def together(table: pl.DataFrame, task: Task) -> NDArray[np.int64]:
    """Number the rows so that those which must not be parted share a number: entities, or rows alike in every feature.

    Without a group column, rows alike in every feature belong together.
    """
    if task.group_column is not None:
        return _number_groups(table[task.group_column])
    return alike(table, [c for c in task.schema.names if c in table.columns])


_BY = {"time": "by time", "group": "by group", "stratified": "by class"}


def _look(table: pl.DataFrame, task: Task) -> _Rows:
    require_columns(table, label=task.label, time=task.time_column, group=task.group_column)
    labels = labels_of(table, task.label)
    if labels.null_count():
        raise DataError(
            "CW208",
            f"{labels.null_count()} rows have no label",
            got=f"{labels.null_count()} of {table.height} values of {task.label!r} are empty or blank",
            fix="set rows without a label aside before splitting, and say how many",
        )
    names = tuple(sorted(labels.unique().to_list()))
    position = {name: i for i, name in enumerate(names)}
    group = None
    if task.group_column is not None:
        group = _number_groups(table[task.group_column])
    return _Rows(
        y_index=np.fromiter((position[v] for v in labels.to_list()), dtype=np.int64, count=table.height),
        names=names,
        block=alike(table, [c for c in task.schema.names if c in table.columns]),
        times=None if task.time_column is None else require_times(table, task.time_column),
        group=group,
    )


def _number_groups(column: pl.Series) -> NDArray[np.int64]:
    named = column.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    alone = np.flatnonzero(named == 0)
    named[alone] = named.max(initial=0) + 1 + np.arange(len(alone))
    return np.asarray(np.unique(named, return_inverse=True)[1], dtype=np.int64)


def _shares(task: Task, *, is_given: bool) -> NDArray[np.float64]:
    test = 0.0 if is_given else task.test_share
    return np.array([1.0 - test - task.calibration_share, task.calibration_share, test])


def _divide(
    rows: _Rows, task: Task, shares: NDArray[np.float64], rng: np.random.Generator
) -> tuple[str, NDArray[np.int8], list[str]]:
    if rows.times is not None:
        fold = time_folds(rows.times.dt.timestamp("us").to_numpy(), shares=shares)
        if rows.group is None:
            return "time", fold, []
        fold, n_groups, n_rows = move_to_earliest(fold, rows.group)
        note = (
            f"{n_groups:,} values of {task.group_column!r} span folds: all their rows went to the earliest one "
            f"({n_rows:,} rows moved, so train holds rows later than its end)"
        )
        return "time", fold, [note] if n_rows else []
    if rows.group is not None:
        fold = group_folds(rows.y_index, rows.group, shares=shares, rng=rng)
        note = f"{int(rows.group.max()) + 1:,} values of {task.group_column!r}, each in one fold"
        return "group", fold, [note]
    fold = stratified_folds(rows.y_index, rows.block, shares=shares, min_per_class=task.min_per_class, rng=rng)
    return "stratified", fold, []


def _rare_notes(names: tuple[str, ...], counts: NDArray[np.int64], inner: str, min_per_class: int) -> list[str]:
    notes = []
    for number, name in enumerate(FOLD_NAMES):
        lacking = [repr(c) for c, n in zip(names, counts[number], strict=True) if not n]
        if lacking:
            shown = ", ".join(lacking[:10]) + (f" and {len(lacking) - 10:,} more" if len(lacking) > 10 else "")
            notes.append(f"{name} has no row of {shown}")
    if notes and inner == "stratified":
        notes.append(f"classes with fewer than {min_per_class} rows, or too few for every fold, go to train first")
    if notes and inner == "group":
        notes.append("a class needs at least three groups to be in every fold; the first goes to train")
    return notes


def _info(number: int, fold: NDArray[np.int8], counts: NDArray[np.int64], rows: _Rows) -> FoldInfo:
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    if rows.times is not None:
        times = rows.times.filter(pl.Series(fold == number))
        starts_at, ends_at = times.min(), times.max()  # type: ignore[assignment]
    return FoldInfo(
        name=FOLD_NAMES[number], n_rows=int((fold == number).sum()), starts_at=starts_at, ends_at=ends_at,
        class_counts=tuple((name, int(n)) for name, n in zip(rows.names, counts[number], strict=True)),
    )  # fmt: skip


def _why_empty(task: Task, inner: str, n_classes: int) -> str:
    if inner == "time" and task.group_column is not None:
        return f"every value of {task.group_column!r} recurs from the first rows on"
    if inner == "time":
        return f"{task.time_column!r} has too few different times"
    if inner == "group":
        return f"{task.group_column!r} has too few values, or one has nearly all rows"
    return f"there are too few rows for {n_classes} classes (at least {task.min_per_class} each are needed)"


def _empty_fold(empty: list[str], n_rows: int, reason: str) -> DataError:
    return DataError(
        "CW215",
        f"{n_rows} rows cannot be divided: {' and '.join(empty)} would be empty",
        got=reason,
        why="without a fold the model has never seen, nothing it claims can be checked",
        fix="add rows, give your own test table, change test_share and calibration_share, or leave out the group or "
        "time column if it does not apply",
    )
