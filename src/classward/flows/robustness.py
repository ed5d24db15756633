"""How a version's answers change when rows come a little differently than they did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from classward.artifact.read import read_bundle, read_extra
from classward.domain import DataSource, ModelVersion
from classward.errors import DataError
from classward.flows.context import Context
from classward.flows.sealed import check_not_worn_out, note_reading
from classward.flows.snapshot import load_folds
from classward.flows.versions import registry_state
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import RobustnessReport, robustness
from classward.lifecycle.train import PERTURBATIONS, fitting_perturbations, perturbed

__all__ = ["VersionRobustness", "version_robustness"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRobustness:
    """The report, the version, and which rows it is about."""

    version: int
    rows: str
    report: RobustnessReport


def version_robustness(
    ctx: Context,
    number: int,
    *,
    source: DataSource | None = None,
    names: tuple[str, ...] = (),
    seed: int = 0,
) -> VersionRobustness:
    """Perturb labelled rows that a version was not trained on, and compare its answers, class by class.

    Without a table the sealed fold is read, and the reading is recorded and counted like any other.

    Parameters
    ----------
    number : int
        Version.
    source : DataSource, optional
        Labelled rows of your own; none of them should have been trained on.
    names : tuple of str
        Perturbations; empty for all that fit some column.
    seed : int
        Draws what is changed.

    Raises
    ------
    UsageError
        CW370 for a perturbation that does not exist or fits no column.
    Refused
        CW229 if the sealed rows are worn out.
    DataError
        CW374 if no row has a label of the version's classes.
    """
    version = registry_state(ctx.journal, ctx.task.name).stored_version(number)
    model = read_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash).model
    chosen = names or fitting_perturbations(model.schema)
    space = model.label_space
    for name in chosen:  # refuse mistakes before anything is read
        perturbed({f.name: [] for f in model.schema.features}, model.schema, name, np.random.default_rng(0))
    table, said = (ctx.tables.read(source), source.location) if source else _sealed(ctx, version)
    label = ctx.task.label
    known = table.filter(pl.col(label).cast(pl.String).is_in(space.names)) if label in table.columns else table.clear()
    if not known.height:
        raise DataError(
            "CW374",
            "there is no row to judge robustness on",
            got=f"{table.height:,} rows, none with a class of version {number} in column {label!r}",
            fix="give labelled rows that have the columns of the task",
        )
    columns = columns_of(known, model.schema)
    y = np.fromiter((space.index(str(v)) for v in known[label].to_list()), dtype=np.int64, count=known.height)
    after = {}
    for i, name in enumerate(chosen):
        rng = np.random.default_rng([seed, i])
        changed = perturbed(columns, model.schema, name, rng)
        after[name] = (PERTURBATIONS[name].about, model.predict_proba(changed, known.height))
    before = model.predict_proba(columns, known.height)
    report = robustness(before, after, y, rng=np.random.default_rng(seed))
    return VersionRobustness(version=number, rows=said, report=report)


def _sealed(ctx: Context, version: ModelVersion) -> tuple[pl.DataFrame, str]:
    extra = read_extra(ctx.artifacts.path(version.bundle_hash), "lineage.json", expected_hash=version.bundle_hash)
    lineage: dict[str, Any] = json.loads(extra)
    check_not_worn_out(ctx, rows_hash=lineage["rows_hash"], dataset_hash=version.dataset_hash)
    note_reading(
        ctx, rows_hash=lineage["rows_hash"], dataset_hash=version.dataset_hash, artifact_hash=version.bundle_hash,
        why=f"robustness of version {version.version}",
    )  # fmt: skip
    table, fold = load_folds(ctx, version.dataset_hash, lineage["rows_hash"])
    return table.filter(fold == "test"), "the sealed rows; this reading is recorded"
