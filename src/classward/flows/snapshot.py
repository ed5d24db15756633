"""Rows in: read, check, freeze, split. What training sees can be rebuilt byte for byte from two hashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Dataset, DataSource, FoldedClasses, LabelSpace, Split, Task, Taxonomy, to_plain
from classward.errors import DataError, Refused
from classward.flows.class_names import taxonomy_of
from classward.flows.context import Context, Tell, note
from classward.flows.images import left_out_notes, with_images, without_rows
from classward.flows.label_space import last_label_space
from classward.flows.production_rows import WEIGHT
from classward.flows.renamed import read_names
from classward.flows.versions import registry_state
from classward.inference import Columns, PictureReader
from classward.lifecycle.data import (
    FOLD_NAMES,
    Folds,
    build_label_space,
    check_columns,
    check_target,
    columns_of,
    cross_folds,
    fold_rare,
    labels_of,
    profile,
    split,
    together,
)
from classward.lifecycle.train import FitFold, LabelledRows

__all__ = ["MoreRows", "TrainingData", "load_folds", "restore_snapshot", "take_snapshot"]

MoreRows = Callable[[pl.DataFrame], tuple[pl.DataFrame, tuple[str, ...]]]
"""The rows to learn from, made of the training table, and what to say of it."""

_ALIKE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """A snapshot in memory with its label space and folds, and what sees its images once they were read."""

    table: pl.DataFrame
    dataset: Dataset
    label_space: LabelSpace
    split: Split
    folds: Folds
    y_index: NDArray[np.int64]
    n_unlabelled: int
    reader: PictureReader | None = None
    folded: FoldedClasses | None = None

    def columns(self, rows: NDArray[np.int64], ctx: Context) -> Columns:
        """Feature columns of some rows."""
        return columns_of(self.table[rows], ctx.task.schema)

    @property
    def n_development(self) -> int:
        """Rows that are not sealed."""
        return len(self.folds.train) + len(self.folds.calibration)

    def development(self, ctx: Context, *, n_folds: int) -> tuple[LabelledRows, tuple[FitFold, ...]]:
        """All rows that are not sealed, and which of them are fitted on and scored, fold by fold.

        One fold fits the train rows and scores the calibration rows; several divide both together, keeping rows of one
        group, and rows alike in every feature, on one side.
        """
        train, held = self.folds.train, self.folds.calibration
        rows = np.sort(np.concatenate([train, held]))
        labelled = LabelledRows(
            columns=self.columns(rows, ctx), n=len(rows), y_index=self.y_index[rows], schema=ctx.task.schema,
            label_space=self.label_space, reader=self.reader, weight=self._weight(rows),
        )  # fmt: skip
        if n_folds == 1:
            return labelled, (FitFold(fit=np.searchsorted(rows, train), held=np.searchsorted(rows, held)),)
        rng = np.random.default_rng(ctx.task.seed)
        groups = together(self.table[rows], ctx.task)
        n_folds = min(n_folds, len(np.unique(groups)))
        parts = cross_folds(labelled.y_index, n_folds=n_folds, groups=groups, rng=rng)
        every = np.arange(len(rows))
        return labelled, tuple(FitFold(fit=np.setdiff1d(every, part), held=part) for part in parts)

    def development_ids(self, ctx: Context) -> list[str]:
        """What a person finds each development row by: the task's id column, or else its number in the snapshot."""
        rows = np.sort(np.concatenate([self.folds.train, self.folds.calibration]))
        if ctx.task.id_column is None:
            return [f"row {i}" for i in rows.tolist()]
        return [str(value) for value in self.table[ctx.task.id_column].gather(rows).to_list()]

    def _weight(self, rows: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """How much each row counts in a fit, 1 on average; nothing where all count alike."""
        if WEIGHT not in self.table.columns:
            return None
        weight = self.table[rows][WEIGHT].to_numpy().astype(np.float64)
        return None if np.ptp(weight) < _ALIKE else np.asarray(weight / weight.mean())

    @property
    def prior(self) -> NDArray[np.float64]:
        """Class shares of the rows that are not sealed, in label-space order."""
        rows = np.concatenate([self.folds.train, self.folds.calibration])
        counts = np.bincount(self.y_index[rows], minlength=len(self.label_space))
        return np.asarray(counts / counts.sum(), dtype=np.float64)


def take_snapshot(ctx: Context, tell: Tell, *, more: MoreRows | None = None) -> TrainingData:
    """Read the task's rows, refuse what is not multiclass, store the snapshot and the split, and record both.

    ``more`` may add rows to those of the training table, or leave some out; the user's own test table stays as it is.
    """
    task = ctx.task
    tell("data", f"reading {task.train.location}")
    table, n_test, n_unlabelled, n_test_unlabelled, notes = _read(ctx)
    if more is not None:
        n_own = table.height - (n_test or 0)
        grown, told = more(table.head(n_own))
        sealed = table.tail(n_test or 0).with_columns(pl.lit(1.0).alias(WEIGHT))
        table, notes = pl.concat([grown, sealed.select(grown.columns)]), (*notes, *told)
    notes = (*_unlabelled(n_unlabelled, n_test_unlabelled), *notes)
    for left_out in notes:
        tell("data", left_out)
    check_target(table, task)
    table, folded = _folded(table, task, n_test)
    dataset_hash = ctx.snapshots.put(table)
    dataset = profile(table, task, dataset_hash=dataset_hash, taken_at=ctx.clock.now())
    space = _declare_label_space(ctx, table, folded)
    rng = np.random.default_rng(task.seed)
    made, folds = split(table, task, dataset_hash=dataset_hash, rng=rng, test_table_rows=n_test)
    fold_names = np.empty(table.height, dtype=object)
    for name in ("train", "calibration", "test"):
        fold_names[getattr(folds, name)] = name
    rows_hash = ctx.snapshots.put(pl.DataFrame({"fold": fold_names.tolist()}, schema={"fold": pl.String}))
    made = replace(made, rows_hash=rows_hash, notes=(*made.notes, *notes))
    note(ctx, "snapshot_taken", dataset)
    note(ctx, "split_made", made)
    tell("data", f"snapshot {dataset_hash[:8]}: " + " · ".join(f"{f.name} {f.n_rows:,}" for f in made.folds))
    return TrainingData(
        table=table, dataset=dataset, label_space=space, split=made, folds=folds, folded=folded,
        n_unlabelled=n_unlabelled + n_test_unlabelled,
        y_index=_index_labels(table, task.label, space),
    )  # fmt: skip


def restore_snapshot(ctx: Context, dataset_hash: str, rows_hash: str) -> TrainingData:
    """Rows and folds as an earlier training saw them, from the store; nothing is read anew or recorded."""
    table, fold = load_folds(ctx, dataset_hash, rows_hash)
    taxonomy = taxonomy_of(ctx)
    table = read_names(table, taxonomy, column=ctx.task.label)
    if table[ctx.task.label].null_count():
        lost = taxonomy.unreadable(taxonomy.names)
        raise Refused(
            "CW110", "the rows of this snapshot cannot be read in the classes of today",
            got="; ".join(map(taxonomy.told, lost)), why="a row of a split class has no class until it is labelled again",
            fix="work with a version that was trained after the split",
        )  # fmt: skip
    space = build_label_space(table, ctx.task, taxonomy=taxonomy)
    declared = last_label_space(ctx)
    if ctx.task.folding is not None and declared is not None and declared.names == space.names:
        space = declared  # the stored labels are folded already: what was folded stands in the declaration
    numbers = np.array([FOLD_NAMES.index(name) for name in fold.to_list()], dtype=np.int8)
    notes: tuple[str, ...] = ()
    for event in ctx.journal.events(task=ctx.task.name, kind="split_made"):
        payload = json.loads(event.payload)
        if (payload["dataset_hash"], payload["rows_hash"]) == (dataset_hash, rows_hash):
            notes = tuple(payload["notes"])
    made = Split(
        dataset_hash=dataset_hash, strategy="stored", folds=(), rows_hash=rows_hash, seed=ctx.task.seed, notes=notes
    )
    return TrainingData(
        table=table, dataset=profile(table, ctx.task, dataset_hash=dataset_hash, taken_at=ctx.clock.now()),
        label_space=space, split=made, folds=Folds.of(numbers), n_unlabelled=0,
        y_index=_index_labels(table, ctx.task.label, space),
    )  # fmt: skip


def _folded(table: pl.DataFrame, task: Task, n_test: int | None) -> tuple[pl.DataFrame, FoldedClasses | None]:
    """Take rare classes together if the task says so; rows of the user's own test table are folded, not counted."""
    if task.folding is None:
        return table, None
    counted = pl.Series([True] * (table.height - (n_test or 0)) + [False] * (n_test or 0), dtype=pl.Boolean)
    labels, record = fold_rare(labels_of(table, task.label), task.folding, counted=counted)
    return table.with_columns(labels.alias(task.label)), record


def load_folds(ctx: Context, dataset_hash: str, rows_hash: str) -> tuple[pl.DataFrame, pl.Series]:
    """Read a stored snapshot and the fold name of each of its rows."""
    return ctx.snapshots.get(dataset_hash), ctx.snapshots.get(rows_hash)["fold"]


def _read(ctx: Context) -> tuple[pl.DataFrame, int | None, int, int, tuple[str, ...]]:
    task = ctx.task
    table, notes = _select(ctx, task.train, is_target=True)
    n_unlabelled = int(table[task.label].is_null().sum())
    table = table.filter(pl.col(task.label).is_not_null())
    if task.test is None:
        return table, None, n_unlabelled, 0, notes
    test, more = _select(ctx, task.test)
    n_test_unlabelled = int(test[task.label].is_null().sum())
    test = test.filter(pl.col(task.label).is_not_null())
    if test.schema != table.schema:
        raise DataError(
            "CW241",
            "the test rows have other column types than the training rows",
            got=", ".join(
                f"{n}: {t} against {table.schema[n]}" for n, t in test.schema.items() if table.schema[n] != t
            ),
            fix="make both files alike",
        )
    return pl.concat([table, test]), test.height, n_unlabelled, n_test_unlabelled, (*notes, *more)


def _unlabelled(n_train: int, n_test: int) -> tuple[str, ...]:
    """What to say of rows without a label, each table apart."""
    told = ((n_train, "rows"), (n_test, "rows of the test table"))
    return tuple(f"{n:,} {which} without a label were left out" for n, which in told if n)


def _select(ctx: Context, source: DataSource, *, is_target: bool = False) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The columns of the task with the images themselves, and what to say of rows whose image cannot be read.

    With ``is_target`` the label is looked at before any other column is: what is no class needs no features.
    """
    task, table, location = ctx.task, ctx.tables.read(source, as_written=ctx.task.names_in_rows), source.location
    wanted = [c for c in (task.id_column, task.time_column, task.group_column, *task.schema.names, task.label) if c]
    missing = [c for c in dict.fromkeys(wanted) if c not in table.columns]
    if missing:
        raise DataError(
            "CW242",
            f"{location} lacks columns that the task names",
            got=f"missing: {', '.join(missing)}; present: {', '.join(table.columns[:20])}",
            why="an upstream rename or removal changes what the model sees",
            fix="restore the columns, or run 'classward init' again on the new table",
        )
    if is_target:
        check_target(
            table.with_columns(pl.col(task.label).cast(pl.String)).filter(pl.col(task.label).is_not_null()), task
        )
    table, problems = with_images(table, task.schema, lambda names: ctx.tables.attached(source, names))
    check_columns(table, task.schema)
    table = without_rows(table, problems, location=location)
    table = table.select(list(dict.fromkeys(wanted))).with_columns(pl.col(task.label).cast(pl.String))
    table, renamed = _in_current_classes(table, task.label, taxonomy_of(ctx))
    return table, (*left_out_notes(problems, location=location), *renamed)


def _in_current_classes(table: pl.DataFrame, label: str, taxonomy: Taxonomy) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows under names of today, and what to say of those that were written under others; split classes are left out."""
    counts = {name: n for name, n in table[label].value_counts().iter_rows() if name in taxonomy.changed}
    if not counts:
        return table, ()
    lost = taxonomy.unreadable(counts)
    notes = tuple(
        f"{n:,} rows {'left out' if name in lost else 'read anew'}: {taxonomy.told(name)}"
        for name, n in sorted(counts.items())
    )
    kept = table.filter(pl.col(label).is_in(list(lost)).not_().fill_null(True))
    return read_names(kept, taxonomy, column=label), notes


def _declare_label_space(ctx: Context, table: pl.DataFrame, folded: FoldedClasses | None) -> LabelSpace:
    space = build_label_space(table, ctx.task, folded, taxonomy=taxonomy_of(ctx))
    state = registry_state(ctx.journal, ctx.task.name)
    same = replace(space, version=state.label_space_version)
    if state.label_space_version and state.label_space_hash == same.hash:
        return same
    space = replace(space, version=state.label_space_version + 1)
    note(ctx, "label_space_declared", {"label_space": to_plain(space), "hash": space.hash})
    return space


def _index_labels(table: pl.DataFrame, label: str, space: LabelSpace) -> NDArray[np.int64]:
    position = {name: i for i, name in enumerate(space.names)}
    return np.fromiter((position[v] for v in table[label].to_list()), dtype=np.int64, count=table.height)
