"""What can be counted about the label column, before anyone decides what kind of problem it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Measure, Task
from classward.errors import NotMulticlass
from classward.lifecycle.data.advice.agreement import agreement
from classward.lifecycle.data.advice.class_shift import ClassShift, class_shift
from classward.lifecycle.data.advice.name_patterns import hierarchy_of, order_of, rest_class
from classward.lifecycle.data.duplicates import alike
from classward.lifecycle.data.label_cells import class_counts, labels_of
from classward.lifecycle.data.target import check_label_column, check_labels_per_id
from classward.lifecycle.data.times import times_of

__all__ = ["LabelFacts", "facts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """Counts and patterns of a label column.

    ``counts`` are (class, rows), most frequent first. ``refusal`` is the code and text of why it is not one label out of
    three or more, if it is not. ``agreement`` is Krippendorff's alpha, ``agreement_unit`` what was labelled several times.
    """

    n: int
    n_unlabelled: int
    counts: tuple[tuple[str, int], ...]
    refusal: tuple[str, str, str] | None
    order: tuple[str, ...]
    separator: str
    parents: tuple[tuple[str, int], ...]
    rest: str | None
    agreement: Measure
    agreement_unit: str
    shift: ClassShift | None
    shift_names: tuple[str, ...]
    critical: tuple[str, ...]

    @property
    def n_classes(self) -> int:
        """Classes with at least one row."""
        return len(self.counts)

    def rows(self, name: str) -> int:
        """Rows of a class; 0 if there is none."""
        return dict(self.counts).get(name, 0)


def facts_of(table: pl.DataFrame, task: Task, *, rng: np.random.Generator) -> LabelFacts:
    """Count what advice is given by; refuses nothing but a missing label column.

    Parameters
    ----------
    table : polars.DataFrame
        All rows, unlabelled ones too.
    task : Task
        Names the label and, if there are any, id, time and features.
    rng : numpy.random.Generator
        For intervals by resampling.

    Raises
    ------
    NotMulticlass
        CW204 if the label column is missing or empty.
    """
    refusal = _refusal(table, task)
    labels = labels_of(table, task.label)
    is_known = labels.is_not_null()
    part, present = table.filter(is_known), labels.filter(is_known)
    counts = class_counts(present)
    names = tuple(sorted(name for name, _ in counts))
    index = {name: i for i, name in enumerate(names)}
    y_index = np.fromiter((index[v] for v in present.to_list()), dtype=np.int64, count=len(present))
    separator, parents = hierarchy_of(names)
    alpha, unit = _agreement(part, task, y_index, len(names), rng)
    return LabelFacts(
        n=part.height, n_unlabelled=table.height - part.height, counts=counts, refusal=refusal, order=order_of(names),
        separator=separator, parents=parents, rest=rest_class(names), agreement=alpha, agreement_unit=unit,
        shift=_shift(part, task, y_index, len(names), rng), shift_names=names,
        critical=tuple(c for c in dict.fromkeys((*task.critical, *task.sensitive)) if c in index),
    )  # fmt: skip


def _refusal(table: pl.DataFrame, task: Task) -> tuple[str, str, str] | None:
    try:
        check_label_column(table, task.label, insist=False)
        if task.id_column is not None and task.id_column in table.columns:
            check_labels_per_id(table, task.label, task.id_column)
    except NotMulticlass as error:
        if error.code == "CW204":
            raise
        return error.code, error.what, error.got
    return None


def _agreement(
    part: pl.DataFrame, task: Task, y_index: NDArray[np.int64], n_classes: int, rng: np.random.Generator
) -> tuple[Measure, str]:
    if task.id_column is not None and task.id_column in part.columns and part[task.id_column].is_duplicated().any():
        unit = part[task.id_column].rank("dense").fill_null(0).to_numpy().astype(np.int64)
        alone = np.flatnonzero(unit == 0)
        unit[alone] = unit.max(initial=0) + 1 + np.arange(len(alone))
        return agreement(unit, y_index, n_classes=n_classes, rng=rng).alpha, f"values of {task.id_column!r}"
    columns = [c for c in task.schema.names if c in part.columns]
    if not columns or not part.height:
        return Measure(value=None, n=0), ""
    return agreement(
        alike(part, columns), y_index, n_classes=n_classes, rng=rng
    ).alpha, "sets of rows alike in every feature"


def _shift(
    part: pl.DataFrame, task: Task, y_index: NDArray[np.int64], n_classes: int, rng: np.random.Generator
) -> ClassShift | None:
    if task.time_column is None or task.time_column not in part.columns:
        return None
    times = times_of(part[task.time_column])
    known = times.is_not_null().to_numpy()
    if not known.any():
        return None
    moments = times.drop_nulls().dt.timestamp("us").to_numpy()
    return class_shift(moments, y_index[known], n_classes=n_classes, rng=rng)
