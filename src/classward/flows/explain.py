"""Why a class: of a logged answer, of a row that is given, and of a class over many rows, now and before."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from classward.artifact.read import read_bundle
from classward.domain import AttributionChange, ClassAttributions, Explanation, ModelVersion
from classward.errors import DataError, Refused
from classward.flows.context import Context
from classward.flows.history import why
from classward.flows.register import read_report
from classward.flows.sealed import check_not_worn_out, note_reading
from classward.flows.snapshot import load_folds
from classward.flows.versions import newest, registry_state, rows_hash_of
from classward.inference import Columns, Model
from classward.inference.attribution import Background, explain_answer
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import HeldOut, attribution_changes, top_attributions
from classward.lifecycle.predict import RowChecker

__all__ = ["ClassChange", "Explained", "explain_change", "explain_given", "explain_logged"]

_N_BACKGROUND = 50
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An explanation, and the version and answer it is about."""

    version: int
    label: str
    probability: float
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChange:
    """What moved a class on the sealed rows, what moves it in logged answers since, and which of it has changed."""

    version: int
    before: ClassAttributions
    now: ClassAttributions
    changes: tuple[AttributionChange, ...]


def explain_logged(
    ctx: Context, prediction_id: str, *, class_name: str | None = None, contrast: str | None = None, draws: int = 32
) -> Explained:
    """Explain a logged answer again, thoroughly: against training rows, from the row as it was logged.

    Raises
    ------
    UnknownVersion
        CW305 if no such answer is in the log.
    Refused
        CW356 if its feature values were not logged, CW451 if the log holds no whole rows.
    """
    record = why(ctx, prediction_id).prediction
    if not record["features"]:
        raise Refused(
            "CW356", f"the row of answer {prediction_id!r} was not kept",
            got="a record without feature values", why="an answer is explained from what was asked",
            fix="raise CLASSWARD_PAYLOAD_SHARE, or give the row itself: classward explain --row JSON",
        )  # fmt: skip
    _whole_rows(ctx)
    state = registry_state(ctx.journal, ctx.task.name)
    version = state.stored_version(int(record["version"]))
    known = {f.name for f in ctx.task.features}
    row = {name: value for name, value in json.loads(record["features"]).items() if name in known}
    seed = zlib.crc32(prediction_id.encode())
    return _explained(ctx, version, row, class_name or _class_of(record["label"]), contrast, draws, seed)


def explain_given(
    ctx: Context, row: Mapping[str, object], *, version: int | None = None, class_name: str | None = None,
    contrast: str | None = None, draws: int = 32,
) -> Explained:  # fmt: skip
    """Explain what a version answers for a row (column → value); the live version, or else the newest, by default.

    Raises
    ------
    InvalidInput
        If the row does not fit the schema.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    number = version or (state.live.version if state.live else None)
    found = state.stored_version(number) if number else newest(state)
    return _explained(ctx, found, row, class_name, contrast, draws, ctx.task.seed)


def explain_change(ctx: Context, class_name: str, *, window: timedelta, n_rows: int = 20) -> ClassChange:
    """Compare what moves a class in the live version's logged answers with what moved it on the sealed rows.

    A change is a warning, not a fault: the model answers for other reasons, since the rows are others.

    Raises
    ------
    DataError
        CW357 if fewer than five logged answers of the class have their feature values.
    UnknownClass
        CW301 if there is no such class.
    Refused
        CW451 if the log holds no whole rows; CW229 if the stored report lacks the class and the sealed rows, of which a
        reading is then recorded, were read too often.
    """
    _whole_rows(ctx)
    state = registry_state(ctx.journal, ctx.task.name)
    version = state.stored_version(state.live.version) if state.live else newest(state)
    model = _model(ctx, version)
    model.label_space.index(class_name)
    logged = ctx.log.predictions(since=ctx.clock.now() - window, columns=("id", "version", "label", "features")).filter(
        (pl.col("version") == version.version) & (pl.col("label") == class_name) & pl.col("features").is_not_null()
    )
    if logged.height < _FEWEST:
        raise DataError(
            "CW357", f"too few logged answers say {class_name!r}",
            got=f"{logged.height} with feature values, by version {version.version}, in the window",
            why="five rows are the fewest from which a change can be told", fix="widen --window, or wait",
        )  # fmt: skip
    rng = np.random.default_rng(ctx.task.seed)
    checked = RowChecker(model.schema).check([json.loads(v) for v in logged.sort("id")["features"].to_list()])
    background = _background(ctx, version, model)
    now = _of_rows(model, checked.columns, checked.n, background, class_name, n_rows, rng)
    stored = read_report(ctx, version).analysis
    kept = next((a for a in (stored.attributions if stored else ()) if a.class_name == class_name), None)
    before = kept if kept is not None else _on_sealed(ctx, version, model, background, class_name, n_rows, rng)
    return ClassChange(version=version.version, before=before, now=now, changes=attribution_changes(before, now))


def _whole_rows(ctx: Context) -> None:
    if ctx.task.private:
        raise Refused(
            "CW451", "logged rows of this task are not whole",
            got=f"private columns: {', '.join(name for name, _ in ctx.task.private)}",
            why="a row without its private values would be explained as another row",
            fix="give the row itself: classward explain --row JSON",
        )  # fmt: skip


def _explained(
    ctx: Context, version: ModelVersion, row: Mapping[str, object], class_name: str | None, contrast: str | None,
    draws: int, seed: int,
) -> Explained:  # fmt: skip
    model = _model(ctx, version)
    checked = RowChecker(model.schema).check([row])
    proba = model.predict_proba(checked.columns, 1)
    found = explain_answer(
        model, checked.columns, 0, _background(ctx, version, model), rng=np.random.default_rng(seed),
        class_name=class_name, contrast=contrast, n_permutations=draws,
    )  # fmt: skip
    place = int(proba.predicted[0])
    return Explained(
        version=version.version, label=model.label_space.names[place], probability=float(proba.matrix[0, place]),
        explanation=found,
    )  # fmt: skip


def _of_rows(
    model: Model, columns: Columns, n: int, background: Background, class_name: str, n_rows: int,
    rng: np.random.Generator,
) -> ClassAttributions:  # fmt: skip
    proba = model.predict_proba(columns, n)
    held = HeldOut(proba, proba.predicted, columns, background.features)
    (found,) = top_attributions(model, held, background, rng=rng, classes=[class_name], n_rows=n_rows, n_permutations=4)
    return found


def _on_sealed(
    ctx: Context, version: ModelVersion, model: Model, background: Background, class_name: str, n_rows: int,
    rng: np.random.Generator,
) -> ClassAttributions:  # fmt: skip
    rows_hash = rows_hash_of(ctx, version)
    check_not_worn_out(ctx, rows_hash=rows_hash, dataset_hash=version.dataset_hash)
    note_reading(
        ctx, rows_hash=rows_hash, dataset_hash=version.dataset_hash, artifact_hash=version.bundle_hash,
        why=f"what moves {class_name} in version {version.version}",
    )  # fmt: skip
    table, fold = load_folds(ctx, version.dataset_hash, rows_hash)
    rows = table.filter(fold == "test")
    return _of_rows(model, columns_of(rows, model.schema), rows.height, background, class_name, n_rows, rng)


def _background(ctx: Context, version: ModelVersion, model: Model) -> Background:
    table, fold = load_folds(ctx, version.dataset_hash, rows_hash_of(ctx, version))
    rows = table.filter(fold == "train")
    rows = rows.gather_every(max(1, -(-rows.height // _N_BACKGROUND)))
    return Background(columns_of(rows, model.schema), model.schema.features, rows.height)


def _model(ctx: Context, version: ModelVersion) -> Model:
    return read_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash).model


def _class_of(label: str) -> str | None:
    return None if label.startswith("(") else label
