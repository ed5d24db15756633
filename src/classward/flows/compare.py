"""Two versions on the same labelled rows, leaving out every row that either was trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from classward.artifact.read import read_bundle, read_extra
from classward.domain import Comparison, Decision, LabelSpace, ModelVersion, parse_time, to_plain
from classward.errors import DataError, UnknownVersion, UsageError
from classward.flows.context import Context, note
from classward.flows.snapshot import load_folds
from classward.flows.versions import registry_state
from classward.inference import Model
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import compare_rows
from classward.lifecycle.release import decide_replacement, replay_replacement

__all__ = ["CompareResult", "compare", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareResult:
    """The recorded decision, the figures per class, and how many rows were left out because a version had seen them."""

    decision: Decision
    comparisons: tuple[Comparison, ...]
    n_rows: int
    n_left_out: int


def compare(ctx: Context, live: int, candidate: int, *, alpha: float = 0.05) -> CompareResult:
    """Compare two versions on the candidate's sealed fold by paired exact tests; the reading is recorded.

    Rows (and, with a group column, groups) that the other version was trained or calibrated on are left out, since it
    would be judged on what it has seen.

    Raises
    ------
    DataError
        CW245 if no row is left that neither version has seen.
    UsageError
        CW909 for a version against itself.
    """
    if live == candidate:
        raise UsageError(
            "CW909", "a version cannot be compared with itself", got=f"version {live} twice",
            fix="name the live version and another one; 'classward history' lists them",
        )  # fmt: skip
    state = registry_state(ctx.journal, ctx.task.name)
    old, new = state.stored_version(live), state.stored_version(candidate)
    rows, rows_hash, n_test = _unseen_rows(ctx, old, new)
    note(
        ctx,
        "holdout_read",
        {"rows_hash": rows_hash, "dataset_hash": new.dataset_hash, "artifact_hash": new.bundle_hash},
        why=f"paired comparison of versions {live} and {candidate}",
    )
    old_model, new_model = _model(ctx, old), _model(ctx, new)
    space = new_model.label_space
    columns = columns_of(rows, new_model.schema)
    counts = compare_rows(
        old_model.predict_proba(columns_of(rows, old_model.schema), rows.height).aligned_to(space),
        new_model.predict_proba(columns, rows.height),
        _y(rows, ctx.task.label, space),
    )
    decision, comparisons = decide_replacement(
        counts, critical=space.critical, alpha=alpha, decision_id=ctx.ids.new(), at=ctx.clock.now(),
        task=ctx.task.name,
    )  # fmt: skip
    note(ctx, "compared", to_plain(decision), why=f"version {candidate} against {live}: {decision.verdict}")
    return CompareResult(
        decision=decision, comparisons=comparisons, n_rows=rows.height, n_left_out=n_test - rows.height
    )


def replay(ctx: Context, decision_id: str) -> tuple[Decision, bool]:
    """Decide a recorded decision again from its stored inputs; say whether the answer is the same.

    Raises
    ------
    UnknownVersion
        CW304 if no such decision is recorded.
    """
    for event in ctx.journal.events(task=ctx.task.name, kind="compared"):
        plain: dict[str, Any] = json.loads(event.payload)
        if plain["id"] == decision_id:
            for name in ("reasons", "missing"):
                plain[name] = tuple(plain[name])
            stored = Decision(**(plain | {"at": parse_time(plain["at"])}))
            return stored, replay_replacement(stored) == stored
    raise UnknownVersion(
        "CW304", f"no decision {decision_id!r} is recorded", fix="'classward history' lists decisions with their ids"
    )


def _unseen_rows(ctx: Context, old: ModelVersion, new: ModelVersion) -> tuple[pl.DataFrame, str, int]:
    new_rows_hash, old_rows_hash = _rows_hash(ctx, new), _rows_hash(ctx, old)
    table, fold = load_folds(ctx, new.dataset_hash, new_rows_hash)
    test = table.filter(fold == "test")
    old_table, old_fold = load_folds(ctx, old.dataset_hash, old_rows_hash)
    seen = old_table.filter(old_fold != "test")
    keys = [c for c in ctx.task.schema.names if c in seen.columns]
    rows = test.join(seen.select(keys).unique(), on=keys, how="anti", nulls_equal=True)
    group = ctx.task.group_column
    if group and group in seen.columns:
        rows = rows.join(seen.select(group).unique(), on=group, how="anti")
    if not rows.height:
        raise DataError(
            "CW245",
            f"versions {old.version} and {new.version} share no unseen rows",
            got=f"{test.height} test rows, all seen by version {old.version} in training",
            why="judging a version on rows it was trained on flatters it",
            fix="collect fresh labelled rows and train again",
        )
    return rows, new_rows_hash, test.height


def _rows_hash(ctx: Context, version: ModelVersion) -> str:
    lineage = read_extra(ctx.artifacts.path(version.bundle_hash), "lineage.json", expected_hash=version.bundle_hash)
    return str(json.loads(lineage)["rows_hash"])


def _model(ctx: Context, version: ModelVersion) -> Model:
    return read_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash).model


def _y(rows: pl.DataFrame, label: str, space: LabelSpace) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.fromiter((space.index(v) for v in rows[label].to_list()), dtype=np.int64, count=rows.height)
