"""Where an answer comes from, and where a training row went: both asked of journal, record log and snapshots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from classward.domain import ModelVersion, content_hash
from classward.errors import UsageError, nearest
from classward.flows.context import Context
from classward.flows.history import Why, why
from classward.flows.versions import registry_state

__all__ = ["Lineage", "RowUse", "lineage_of", "row_hash", "uses_of_row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Everything an answer rests on: version, rows, split, plan, task, label space, code and libraries, and its labels.

    ``snapshot`` is what was recorded when the rows were read (source, provenance, columns, class counts).
    """

    answer: Why
    version: ModelVersion
    snapshot: Mapping[str, Any]
    split: Mapping[str, Any]
    task: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowUse:
    """A row in the snapshot of a version. ``fold`` tells whether it was learned from (train, calibration) or measured on."""

    version: int
    bundle_hash: str
    dataset_hash: str
    row: int
    row_hash: str
    fold: str

    @property
    def is_trained_on(self) -> bool:
        """Whether the version learned from it."""
        return self.fold != "test"


def lineage_of(ctx: Context, prediction_id: str) -> Lineage:
    """Trace an answer back.

    Raises
    ------
    UnknownVersion
        CW305 if no prediction with that id is in the log; CW302 if its version is not registered here.
    """
    answer = why(ctx, prediction_id)
    version = registry_state(ctx.journal, ctx.task.name).version(answer.prediction["version"])
    found = _facts(ctx)
    return Lineage(
        answer=answer,
        version=version,
        snapshot=found["snapshot_taken"].get(version.dataset_hash, {}),
        split=found["split_made"].get(version.dataset_hash, {}),
        task=found["task_declared"].get(version.task_hash, {}),
    )


def uses_of_row(
    ctx: Context, *, row_id: str = "", digest: str = "", values: Mapping[str, object] | None = None
) -> tuple[RowUse, ...]:
    """Every version whose snapshot holds a row: by its id, its hash, or the values of some columns.

    A version answers for one snapshot, so cost is one reading of each snapshot; by hash every row of it is hashed.
    Versions whose bundle was collected are told, too, since their snapshots stay.

    Raises
    ------
    UsageError
        CW606 unless exactly one of the three is given; CW607 for an id when the task names no id column, or a column that
        no snapshot has.
    """
    if sum((bool(row_id), bool(digest), bool(values))) != 1:
        raise UsageError(
            "CW606", "a training row is named in one way", got=f"id {row_id!r}, hash {digest!r}, values {values!r}",
            fix="give --row-id ID, --row-hash HASH, or --row '{\"column\": \"value\"}'",
        )  # fmt: skip
    if row_id:
        values = {_id_column(ctx): row_id}
    splits = _facts(ctx)["split_made"]
    uses: list[RowUse] = []
    read: dict[str, list[tuple[int, str, str]]] = {}
    for version in registry_state(ctx.journal, ctx.task.name).versions:
        held = read.get(version.dataset_hash)
        if held is None:
            held = read[version.dataset_hash] = _rows(ctx, version, splits, digest, values)
        uses += [
            RowUse(
                version=version.version, bundle_hash=version.bundle_hash, dataset_hash=version.dataset_hash, row=row,
                row_hash=digest_of, fold=fold,
            )
            for row, digest_of, fold in held
        ]  # fmt: skip
    return tuple(uses)


def row_hash(row: Mapping[str, object]) -> str:
    """Content hash of a snapshot's row, all columns as text; ``None`` stays apart from empty text."""
    return content_hash({name: None if value is None else str(value) for name, value in row.items()})


def _rows(
    ctx: Context,
    version: ModelVersion,
    splits: Mapping[str, Mapping[str, Any]],
    digest: str,
    values: Mapping[str, object] | None,
) -> list[tuple[int, str, str]]:
    """(row, hash, fold) of what matches in a version's snapshot."""
    table = ctx.snapshots.get(version.dataset_hash).with_row_index("(row)")
    split = splits.get(version.dataset_hash)
    folds = ctx.snapshots.get(split["rows_hash"])["fold"] if split else None
    for name, value in (values or {}).items():
        if name not in table.columns:
            raise UsageError(
                "CW607", f"no training row has a column {name!r}{nearest(name, table.columns[1:])}",
                got=f"columns: {', '.join(table.columns[1:20])}", fix="name columns of the task",
            )  # fmt: skip
        table = table.filter(pl.col(name).cast(pl.String) == pl.lit(None if value is None else _as_text(value)))
    found = []
    for row in table.iter_rows(named=True):
        at = int(row.pop("(row)"))
        hashed = row_hash(row)
        if not digest or hashed == digest:
            found.append((at, hashed, str(folds[at]) if folds is not None else "unknown"))
    return found


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _id_column(ctx: Context) -> str:
    if ctx.task.id_column is None:
        raise UsageError(
            "CW607", "the task names no column with ids of rows", why="its rows are told apart by their values alone",
            fix="set task.id before training, or give --row or --row-hash",
        )  # fmt: skip
    return ctx.task.id_column


def _facts(ctx: Context) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Snapshots and splits by the hash of their rows, tasks by theirs; the last of each counts."""
    keys = {"snapshot_taken": "hash", "split_made": "dataset_hash", "task_declared": "task_hash"}
    return {
        kind: {payload[key]: payload for event in ctx.journal.events(task=ctx.task.name, kind=kind)
               for payload in (json.loads(event.payload),)}
        for kind, key in keys.items()
    }  # fmt: skip
