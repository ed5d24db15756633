"""Refuse what is not one label out of three or more, each with its way out."""

from __future__ import annotations

import polars as pl

from classward.domain import Task
from classward.errors import DataError, NotMulticlass, nearest
from classward.lifecycle.data.label_cells import class_counts, labels_of
from classward.lifecycle.data.roles import require_columns

__all__ = ["check_label_column", "check_labels_per_id", "check_target"]

_SEPARATORS = ("|", ";", ",")
_MANY = 20
_MANY_WHOLE = 50
_LONGEST_NAME = 200


def check_target(table: pl.DataFrame, task: Task) -> None:
    """Refuse rows whose label is not one class out of three or more.

    Raises
    ------
    NotMulticlass
        CW201 fewer than three classes; CW202 several labels for one id; CW203 a continuous target; CW204 no labels;
        CW205 several labels in one cell.
    DataError
        CW207 if the id column is missing; CW208 if a label is blank text; CW285 if a class name is no name.
    """
    require_columns(table, id=task.id_column)
    check_label_column(table, task.label, insist=False)
    n_blank = labels_of(table, task.label).null_count() - table[task.label].null_count()
    if n_blank:
        raise DataError(
            "CW208",
            f"{n_blank} rows have blank text as their label",
            got=f"{n_blank} of {table.height} values of {task.label!r} are blank",
            why="blank text is no class; leaving such rows out silently would hide them",
            fix="leave the cell empty (null) if the label is not known yet, or write the class",
        )
    if task.id_column is not None:
        check_labels_per_id(table, task.label, task.id_column)


def check_label_column(table: pl.DataFrame, label: str, *, insist: bool) -> None:
    """Refuse a label column that holds no classes, values instead of classes, or several classes per cell.

    ``insist`` lets a column through that looks continuous (CW203), for users who know that it holds classes.
    """
    _check_present(table, label)
    column = table[label]
    _check_one_per_cell(column)
    _check_lengths(column)
    if not insist:
        _check_discrete(column)
    counts = class_counts(labels_of(table, label))
    if len(counts) < 3:
        seen = ", ".join(f"{name!r} ({n} rows)" for name, n in counts)
        raise NotMulticlass(
            "CW201",
            f"column {label!r} has {len(counts)} class(es): this is not a multiclass task",
            got=seen,
            why="per-class promises are made for one label out of three or more",
            fix="name another label column; for two classes use a binary classifier "
            "(scikit-learn's LogisticRegression, for one)",
        )


def check_labels_per_id(table: pl.DataFrame, label: str, id_column: str) -> None:
    """Refuse rows that give one id several labels (CW202)."""
    rows = pl.DataFrame({"id": table[id_column].cast(pl.String, strict=False), "label": labels_of(table, label)})
    several = (
        rows.drop_nulls().group_by("id").agg(pl.col("label").n_unique().alias("n")).filter(pl.col("n") > 1).sort("id")
    )
    if not several.height:
        return
    sample = ", ".join(repr(v) for v in several["id"].head(3).to_list())
    raise NotMulticlass(
        "CW202",
        f"{several.height} ids have several labels: this is a multi-label task or labels that disagree",
        got=f"{several.height} of {rows['id'].n_unique()} values of {id_column!r}, for example {sample}; "
        f"up to {max(several['n'].to_list())} labels for one id",
        why="a multiclass row has exactly one true class; with several, recall and precision mean nothing",
        fix=f"keep one label per {id_column!r} (the final one, say); if {id_column!r} names an entity that has many "
        f"rows, name it with --group instead of --id; for several labels at once use a multi-label tool "
        "(scikit-learn's OneVsRestClassifier, for one)",
    )


def _check_present(table: pl.DataFrame, label: str) -> None:
    what = ""
    if label not in table.columns:
        what = f"there is no column {label!r}{nearest(label, table.columns)}"
        got = f"columns: {', '.join(table.columns[:20])}{' …' if table.width > 20 else ''}"
    elif table[label].null_count() == table.height:
        what, got = f"column {label!r} is empty", f"{table.height} rows, none with a label"
    if what:
        raise NotMulticlass(
            "CW204",
            what,
            got=got,
            why="labels are needed to learn and to measure; clustering rows without labels is not offered",
            fix="name the column that holds the class with --label, or label some rows first",
        )


def _check_one_per_cell(column: pl.Series) -> None:
    how = ""
    if isinstance(column.dtype, pl.List | pl.Array | pl.Struct | pl.Object):
        how = f"its type is {column.dtype}"
    elif column.dtype == pl.String:
        cells = column.drop_nulls()
        for separator in _SEPARATORS:
            if _is_list_like(cells, separator):
                n = int(cells.str.contains(separator, literal=True).sum())
                how = f"{n} of {len(cells)} cells hold several names separated by {separator!r}"
                break
    if how:
        raise NotMulticlass(
            "CW205",
            f"column {column.name!r} holds several labels per row: this is a multi-label task",
            got=how,
            why="a multiclass row has exactly one true class",
            fix="keep one label per row (the main one, say), or use a multi-label tool "
            "(scikit-learn's OneVsRestClassifier, for one)",
        )


def _check_lengths(column: pl.Series) -> None:
    if column.dtype != pl.String:
        return
    lengths = column.str.len_chars()
    n_long = int((lengths > _LONGEST_NAME).sum())
    if n_long:
        first, longest = int((lengths > _LONGEST_NAME).arg_true()[0]) + 1, int(lengths.fill_null(0).sort()[-1])
        raise DataError(
            "CW285",
            f"column {column.name!r} holds class names of more than {_LONGEST_NAME} characters",
            got=f"{n_long} of {len(column)} rows, the first is row {first}; the longest has {longest:,} characters",
            why="a class name stands in every report, record and answer; such a long one is a text or a broken row",
            fix="name the column that holds the class, or mend the rows (an unclosed quote swallows what follows)",
        )


def _is_list_like(cells: pl.Series, separator: str) -> bool:
    """Most cells hold the separator, and their parts recur: ``a|b`` and ``b|c``, but not ``Smith, John``."""
    with_it = cells.str.contains(separator, literal=True)
    if with_it.sum() <= 0.5 * len(cells):
        return False
    parts = cells.str.split(separator).explode().str.strip_chars()
    return parts.n_unique() <= cells.n_unique()


def _check_discrete(column: pl.Series) -> None:
    if column.dtype == pl.String:  # a file without types: texts that all are numbers are judged as numbers
        numbers = column.cast(pl.Float64, strict=False)
        column = numbers if numbers.null_count() == column.null_count() else column
    dtype, n = column.dtype, len(column) - column.null_count()
    n_unique = column.drop_nulls().n_unique()
    how = ""
    if dtype.is_float() or dtype.is_decimal():
        values = column.drop_nulls().cast(pl.Float64)
        is_whole = bool((values == values.round(0)).all())
        if n_unique > max(_MANY_WHOLE if is_whole else _MANY, 0.1 * n):
            how = f"{n_unique} different numbers in {n} rows"
    elif dtype.is_integer() and n_unique > max(_MANY_WHOLE, 0.5 * n):
        how = f"{n_unique} different numbers in {n} rows"
    elif dtype.is_temporal():
        how = f"its type is {dtype}"
    if how:
        raise NotMulticlass(
            "CW203",
            f"column {column.name!r} looks continuous: this is a regression task",
            got=how,
            why="classes without enough rows each cannot be learned or measured",
            fix="name another label column, or cut the values into ranges first; if they are classes, say --insist",
        )
