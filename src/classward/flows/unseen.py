"""Labelled rows that neither of two versions was trained or calibrated on, and who is right on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from classward.artifact.read import read_bundle
from classward.domain import LabelSpace, ModelVersion, PairedCounts
from classward.errors import DataError
from classward.flows.context import Context
from classward.flows.renamed import read_names
from classward.flows.sealed import check_not_worn_out, note_reading
from classward.flows.snapshot import load_folds
from classward.flows.versions import registry_state, rows_hash_of
from classward.inference import Model
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import compare_rows

__all__ = ["model_of", "paired_counts", "truth_of", "unseen_rows"]


def paired_counts(ctx: Context, live: ModelVersion, candidate: ModelVersion, *, why: str) -> tuple[PairedCounts, ...]:
    """Count for all rows and each class which version alone is right on unseen rows; the reading is recorded.

    Raises
    ------
    DataError
        CW245 if no row is left that neither version has seen.
    Refused
        CW229 if the sealed rows were read too often.
    """
    rows, rows_hash, _ = unseen_rows(ctx, live, candidate)
    check_not_worn_out(ctx, rows_hash=rows_hash, dataset_hash=candidate.dataset_hash)
    note_reading(
        ctx, rows_hash=rows_hash, dataset_hash=candidate.dataset_hash, artifact_hash=candidate.bundle_hash, why=why
    )
    taxonomy = registry_state(ctx.journal, ctx.task.name).taxonomy
    rows = read_names(rows, taxonomy, column=ctx.task.label)
    rows = rows.filter(pl.col(ctx.task.label).is_not_null())
    old, new = model_of(ctx, live), model_of(ctx, candidate)
    space, places = taxonomy.read_space(new.label_space)
    was = old.predict_proba(columns_of(rows, old.schema), rows.height).read_as(*taxonomy.read_space(old.label_space))
    now = new.predict_proba(columns_of(rows, new.schema), rows.height).read_as(space, places)
    return tuple(compare_rows(was.aligned_to(space), now, truth_of(rows, ctx.task.label, space)))


def unseen_rows(ctx: Context, old: ModelVersion, new: ModelVersion) -> tuple[pl.DataFrame, str, int]:
    """Sealed rows of the new version without those the old one has seen (with a group column, groups), the hash of the new
    version's folds, and how many sealed rows there are.

    Raises
    ------
    DataError
        CW245 if no row is left.
    """
    new_rows_hash, old_rows_hash = rows_hash_of(ctx, new), rows_hash_of(ctx, old)
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


def model_of(ctx: Context, version: ModelVersion) -> Model:
    """Restore a version, checked by its hash."""
    return read_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash).model


def truth_of(rows: pl.DataFrame, label: str, space: LabelSpace) -> np.ndarray[Any, np.dtype[np.int64]]:
    """True columns in a label space."""
    return np.fromiter((space.index(v) for v in rows[label].to_list()), dtype=np.int64, count=rows.height)
