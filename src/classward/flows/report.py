"""The whole report again for a slice of the sealed rows, or for the labelled answers of a span of time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.artifact.read import read_bundle
from classward.domain import Costs, LabelSpace, ModelVersion, Report
from classward.errors import DataError, UnknownVersion, UsageError, nearest
from classward.flows.class_names import taxonomy_of
from classward.flows.context import Context
from classward.flows.online import resolved_online
from classward.flows.sealed import check_not_worn_out, note_reading
from classward.flows.snapshot import load_folds
from classward.flows.versions import registry_state, rows_hash_of
from classward.inference import Columns, Model, Proba
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import HeldOut, analyse, evaluate, report_html
from classward.lifecycle.predict import RowChecker

__all__ = ["CutReport", "live_or_newest", "sealed_report", "window_report"]

_READ = ("id", "at", "version", "route", "kind", "label", "probabilities", "features")


@dataclass(frozen=True, slots=True, kw_only=True)
class CutReport:
    """A report of some rows, and what they are in words."""

    version: int
    about: str
    report: Report

    def page(self) -> str:
        """The report as one page that needs nothing else."""
        return report_html(self.report, title=f"{self.report.task_name}: {self.about}", facts=(("rows", self.about),))


def sealed_report(ctx: Context, version: ModelVersion, *, where: str) -> CutReport:
    """Measure a version on the sealed rows where a column has a value; the reading is recorded and counted.

    Parameters
    ----------
    where : str
        ``COLUMN=VALUE``; an empty value means missing. Any column that is kept beside the rows will do, also id, time and
        group.

    Raises
    ------
    UsageError
        CW288 if there is no such column, or no sealed row has the value.
    Refused
        CW229 if the sealed rows were read too often. Nothing was read.
    """
    model = _model(ctx, version)
    rows_hash = rows_hash_of(ctx, version)
    table, fold = load_folds(ctx, version.dataset_hash, rows_hash)
    rows = _where(table.filter(fold == "test"), where)
    check_not_worn_out(ctx, rows_hash=rows_hash, dataset_hash=version.dataset_hash)
    note_reading(
        ctx, rows_hash=rows_hash, dataset_hash=version.dataset_hash, artifact_hash=version.bundle_hash,
        why=f"report of version {version.version} where {where}",
    )  # fmt: skip
    columns = columns_of(rows, model.schema)
    taxonomy = taxonomy_of(ctx)
    space, places = taxonomy.read_space(model.label_space)
    proba = model.predict_proba(columns, rows.height).read_as(space, places)

    def named(part: pl.DataFrame) -> list[str]:
        return [taxonomy.current(name) or name for name in part[ctx.task.label].to_list()]

    y = _places(named(rows), space)
    prior = _shares(_places(named(table.filter(fold != "test")), space), space)
    made = _measured(ctx, model, proba, y, columns, prior, fold="test", dataset_hash=version.dataset_hash)
    return CutReport(version=version.version, about=f"version {version.version} where {where}", report=made)


def window_report(ctx: Context, version: ModelVersion, *, window: timedelta, where: str = "") -> CutReport:
    """Measure the answers that a version gave live within a span of time, as far as their labels have come.

    Labels that come late or never are not in it; those chosen for labelling are counted once each, whatever their weight
    (the notes say so). Slices need logged feature values.

    Raises
    ------
    DataError
        CW289 if no answer of the window has a label.
    UsageError
        CW288 for a slice that no row has.
    """
    model = _model(ctx, version)
    now = ctx.clock.now()
    online = resolved_online(ctx, _READ, since=now - window, now=now).outcomes
    mine = online.filter(pl.col("version") == version.version)
    space, places = taxonomy_of(ctx).read_space(model.label_space)
    rows = mine.filter(pl.col("truth").is_in(list(space.names)))
    if where:
        rows = rows.filter(pl.col("features").is_not_null())
        rows = _where(_with_features(rows), where) if rows.height else rows
    if not rows.height:
        raise DataError(
            "CW289", "no labelled answer lies in the window", got=f"{mine.height} live answers of version {version.version}",
            why="quality is measured on answers whose truth has come", fix="import labels, or widen --window",
        )  # fmt: skip
    proba = Proba(np.array(rows["probabilities"].to_list(), dtype=np.float64), model.label_space)
    proba = replace(proba, matrix=proba.matrix / proba.matrix.sum(axis=1, keepdims=True)).read_as(space, places)
    y = _places(rows["truth"].to_list(), space)
    kept = rows["features"].is_not_null().all()
    checker = RowChecker(model.schema)
    columns = checker.check([json.loads(v) for v in rows["features"].to_list()]).columns if kept else {}
    notes = [f"{rows.height:,} of {mine.height:,} answers have a label"]
    if (rows["weight"] != 1.0).any():
        notes.append("labels were chosen with unequal chances; here each counts once, see 'classward status'")
    made = _measured(
        ctx, model, proba, y, columns, _shares(y, space), fold="production", notes=notes,
        dataset_hash=version.dataset_hash,
    )  # fmt: skip
    about = f"version {version.version}, answers of the last {_said(window)}" + (f" where {where}" if where else "")
    return CutReport(version=version.version, about=about, report=made)


def _measured(
    ctx: Context, model: Model, proba: Proba, y: NDArray[np.int64], columns: Columns, prior: NDArray[np.float64], *,
    fold: str, dataset_hash: str, notes: Sequence[str] = (),
) -> Report:  # fmt: skip
    rng = np.random.default_rng(ctx.task.seed)
    made = evaluate(
        proba, y, task_name=ctx.task.name, fold=fold, dataset_hash=dataset_hash, prior=prior, rng=rng, notes=notes
    )
    policy = ctx.task.decision
    costs = Costs.named(proba.label_space, policy.costs, off_diagonal=policy.cost_default) if policy.costs else None
    features = model.schema.features if columns else ()
    return analyse(made, HeldOut(proba, y, columns, features), rng=rng, costs=costs)


def _where(rows: pl.DataFrame, where: str) -> pl.DataFrame:
    column, is_said, value = where.partition("=")
    problem = "" if is_said else "no '='"
    if is_said and column not in rows.columns:
        problem = f"no column {column!r}{nearest(column, rows.columns)}"
    kept = rows
    if not problem:
        text = rows[column].cast(pl.String, strict=False)
        kept = rows.filter(text.is_null() if value == "" else text == value)
        problem = "" if kept.height else f"no row where {column} is {value!r}"
    if problem:
        raise UsageError(
            "CW288", f"there are no rows where {where}", got=problem, fix="give COLUMN=VALUE as it stands in the table"
        )
    return kept


def _with_features(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the logged feature values as columns, as text, so that a slice can be named."""
    plain = [json.loads(v) for v in rows["features"].to_list()]
    names = [n for n in dict.fromkeys(n for row in plain for n in row) if n not in rows.columns]
    return rows.with_columns(
        [pl.Series(n, [_text(row.get(n)) for row in plain], dtype=pl.String) for n in names]
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _places(labels: Sequence[str], space: LabelSpace) -> NDArray[np.int64]:
    return np.fromiter((space.index(str(v)) for v in labels), dtype=np.int64, count=len(labels))


def _shares(y: NDArray[np.int64], space: LabelSpace) -> NDArray[np.float64]:
    counts = np.bincount(y, minlength=len(space)).astype(np.float64)
    return np.asarray(counts / max(1.0, counts.sum()))


def _model(ctx: Context, version: ModelVersion) -> Model:
    return read_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash).model


def _said(window: timedelta) -> str:
    hours = window.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 24 else f"{hours:g} hours"


def live_or_newest(ctx: Context) -> ModelVersion:
    """The version that is live, or the newest where none is."""
    state = registry_state(ctx.journal, ctx.task.name)
    if state.live is not None:
        return state.stored_version(state.live.version)
    if not state.versions:
        raise UnknownVersion("CW304", "there is no version yet", fix="classward train")
    return state.versions[-1]
