"""The first look at a table: what is it, what can be learned from, what is left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from classward.domain import DataSource, Feature
from classward.errors import DataError
from classward.lifecycle.data.duplicates import duplicates_of
from classward.lifecycle.data.found import FoundFeature, Inference, LeftOut
from classward.lifecycle.data.kinds import kind_of
from classward.lifecycle.data.label_cells import class_counts, labels_of, typo_suspects
from classward.lifecycle.data.leaks import gives_away
from classward.lifecycle.data.roles import find_group, find_id, find_time, require_columns, require_times
from classward.lifecycle.data.target import check_label_column, check_labels_per_id
from classward.lifecycle.data.vectors import vector_length

__all__ = ["looks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roles:
    label: str
    id_column: str | None
    time_column: str | None
    group_column: str | None
    suggested_group: str | None
    notes: tuple[str, ...]


def looks(
    table: pl.DataFrame,
    *,
    label: str,
    id_column: str | None = None,
    time_column: str | None = None,
    group_column: str | None = None,
    name: str,
    source: DataSource,
    insist: bool = False,
) -> Inference:
    """Infer what a table of labelled rows can be used for, leaving nothing out without a reason.

    Columns named by the caller are taken as said; other roles are found by name and content. Nothing is changed in the
    rows. Do not use it to validate rows against an existing task: see :func:`check_target` and :func:`columns_of`.

    Parameters
    ----------
    table : polars.DataFrame
        All labelled rows; rows without a label are counted and said.
    label : str
        Column with the class.
    id_column, time_column, group_column : str, optional
        Columns the caller knows; ``None`` lets them be found.
    name : str
        Name of the task; the label's name when empty.
    insist : bool, default=False
        Take a label that looks continuous as classes all the same.

    Raises
    ------
    NotMulticlass
        CW201 to CW205, each with its way out.
    DataError
        CW207 a named column is missing; CW216 rows without a time; CW217 no column can be learned from.
    """
    check_label_column(table, label, insist=insist)
    require_columns(table, id=id_column, time=time_column, group=group_column)
    labels = labels_of(table, label)
    roles = _roles(table, label, id_column, time_column, group_column)
    if roles.id_column is not None:
        check_labels_per_id(table, label, roles.id_column)
    counts = class_counts(labels)
    suspects = typo_suspects(counts)
    corrected = labels.replace({s.rare: s.near for s in suspects}) if suspects else labels
    features, left_out, notes = _columns(table, corrected, roles)
    copies = duplicates_of(table, [f.feature.name for f in features], labels)
    starts_at, ends_at = _span(table, roles.time_column)
    return Inference(
        name=name.strip() or label, source=source, label=label, n_rows=table.height, n_columns=table.width,
        class_counts=counts, features=features, left_out=left_out, id_column=roles.id_column,
        time_column=roles.time_column, group_column=roles.group_column, suggested_group=roles.suggested_group,
        typo_suspects=suspects, starts_at=starts_at, ends_at=ends_at, n_unlabelled=labels.null_count(),
        n_duplicate_rows=copies.n_rows, notes=(*_notes_on_rows(labels, counts), *roles.notes, *notes, *copies.notes),
    )  # fmt: skip


def _roles(table: pl.DataFrame, label: str, id_column: str | None, time: str | None, group: str | None) -> _Roles:
    notes = []
    if time is None:
        time, note = find_time(table, label)
        notes += [note] if note else []
    taken = {label, time, group}
    if id_column is None:
        id_column = find_id(table.select(c for c in table.columns if c not in taken), label)
    suggested = None
    if group is None:
        suggested = find_group(table.select(c for c in table.columns if c not in {*taken, id_column}), label)
        if suggested is not None and time is None:
            group = suggested
            notes.append(f"{group!r} names an entity with several rows: splits keep each in one fold")
        elif suggested is not None:
            notes.append(
                f"{suggested!r} names an entity with several rows; splits are by time and may have it on both sides "
                f"(--group {suggested} keeps each in one fold)"
            )
    return _Roles(
        label=label, id_column=id_column, time_column=time, group_column=group,
        suggested_group=None if suggested == group else suggested, notes=tuple(notes),
    )  # fmt: skip


def _columns(
    table: pl.DataFrame, labels: pl.Series, roles: _Roles
) -> tuple[tuple[FoundFeature, ...], tuple[LeftOut, ...], tuple[str, ...]]:
    features, left_out, notes = [], [], []
    entity = roles.group_column or roles.suggested_group
    for column in table.columns:
        if column in {roles.label, roles.id_column, roles.time_column}:
            continue
        if column == entity:
            left_out.append(LeftOut(column=column, reason="names an entity, not a property of it"))
            continue
        kind, reason = kind_of(table[column])
        leak, is_certain = gives_away(table[column], labels) if kind is not None else ("", False)
        if kind is None or is_certain:
            left_out.append(LeftOut(column=column, reason=leak or reason))
            continue
        if leak:
            notes.append(f"{column!r} {leak}: keep it only if it is known before the label")
        if n_infinite := _n_infinite(table[column]):
            notes.append(
                f"{column!r} is infinite in {n_infinite:,} rows: training refuses them; leave such values empty"
            )
        if kind == "categorical" and _holds_numbers(table[column]):
            notes.append(f"{column!r} holds numbers stored as text: kept as text, so that 001 stays 001")
        length = vector_length(table[column]) if kind == "vector" else 0
        features.append(FoundFeature(feature=Feature(name=column, kind=kind, length=length), reason=reason))
    if not features:
        raise DataError(
            "CW217",
            "no column can be learned from",
            got="; ".join(f"{item.column}: {item.reason}" for item in left_out[:10]) or "the label is the only column",
            why="a classifier needs at least one column that is known before the label",
            fix="add columns, or name those to use under [features] in the task file",
        )
    return tuple(features), tuple(left_out), tuple(notes)


def _n_infinite(column: pl.Series) -> int:
    return int(column.is_infinite().sum()) if column.dtype.is_float() else 0


def _holds_numbers(column: pl.Series) -> bool:
    if column.dtype != pl.String:
        return False
    present = column.drop_nulls()
    return len(present) > 0 and present.cast(pl.Float64, strict=False).null_count() == 0


def _notes_on_rows(labels: pl.Series, counts: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    notes = []
    if labels.null_count():
        notes.append(f"{labels.null_count():,} of {len(labels):,} rows have no label: left out of training")
    n_single = sum(n < 3 for _, n in counts)
    if n_single:
        notes.append(f"{n_single:,} of {len(counts):,} classes have fewer than 3 rows: too few to learn and to measure")
    return tuple(notes)


def _span(table: pl.DataFrame, time_column: str | None) -> tuple[str, str]:
    if time_column is None or not table.height:
        return "", ""
    days = require_times(table, time_column).dt.date()
    return str(days.min()), str(days.max())
