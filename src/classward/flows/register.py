"""Measure the chosen candidate once on the sealed fold, prove the bundle equal to the model, and register it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from classward.artifact.read import read_bundle, read_extra
from classward.artifact.write import check_equal, write_bundle
from classward.domain import Candidate, ModelVersion, Plan, Report, canonical_json, to_plain
from classward.errors import JournalError
from classward.flows.answers import answer_notes, answers_of
from classward.flows.context import Context, Tell, draft
from classward.flows.decide import RuleMade
from classward.flows.hygiene import simple_baselines
from classward.flows.portfolio import Portfolio
from classward.flows.sealed import note_reading
from classward.flows.snapshot import TrainingData
from classward.flows.versions import registry_state
from classward.inference import Proba
from classward.inference.attribution import Background
from classward.lifecycle.data.times import times_of
from classward.lifecycle.data.typical import typical_row
from classward.lifecycle.evaluate import (
    HeldOut,
    analyse,
    bounds_of,
    evaluate,
    one_column_answers,
    report_from_json,
    report_html,
    report_json,
    top_attributions,
)

__all__ = ["append_version", "read_report", "register"]

_TOLERANCE = 1e-6
_MOST_SIMPLE_ROWS = 20_000
_N_BACKGROUND = 50
_LIBRARIES = ("numpy", "polars", "scikit-learn", "scipy", "lightgbm")


def register(
    ctx: Context,
    data: TrainingData,
    made: Plan,
    found: Portfolio,
    *,
    checks: tuple[tuple[str, str, str], ...],
    remarks: tuple[str, ...],
    tell: Tell,
    decided: RuleMade,
    extras: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[ModelVersion, Report, bool]:
    """Give the trained model a version number, with report and lineage inside its bundle.

    ``extras`` are files stored beside report and lineage, by name.
    The same rows, task and plan give the same bundle: then the version that exists is returned and nothing is added.

    Raises
    ------
    ArtifactError
        CW506 if the stored bundle answers differently from the model beyond 1e-6; nothing is registered.
    """
    model = found.model
    tell("evaluate", f"reading the sealed fold once ({len(data.folds.test):,} rows)")
    report = _evaluate_sealed(ctx, data, made, found, checks, remarks, decided)
    folder = ctx.artifacts.workdir()
    write_bundle(folder, model, extras=_extras(ctx, data, made, found, report) | dict(extras))
    bundle_hash = ctx.artifacts.put(folder)
    tell("register", "comparing the stored bundle with the model on golden rows")
    golden = data.folds.calibration[:500]
    restored = read_bundle(ctx.artifacts.path(bundle_hash), expected_hash=bundle_hash).model
    check_equal(model, restored, columns=data.columns(golden, ctx), n=len(golden), tolerance=_TOLERANCE)
    wanted = ModelVersion(
        task=ctx.task.name, version=0, bundle_hash=bundle_hash, task_hash=ctx.task.hash,
        dataset_hash=data.dataset.hash, label_space_hash=data.label_space.hash, schema_hash=ctx.task.schema.hash,
        plan_hash=made.hash, registered_at=ctx.clock.now(), registered_by=ctx.actor, code_version="",
    )  # fmt: skip
    version, is_new = append_version(ctx, wanted)
    return version, report, is_new


def read_report(ctx: Context, version: ModelVersion) -> Report:
    """The stored report of a version, from its verified bundle."""
    text = read_extra(ctx.artifacts.path(version.bundle_hash), "report.json", expected_hash=version.bundle_hash)
    return report_from_json(text.decode())


def _evaluate_sealed(
    ctx: Context,
    data: TrainingData,
    made: Plan,
    found: Portfolio,
    checks: tuple[tuple[str, str, str], ...],
    remarks: tuple[str, ...],
    decided: RuleMade,
) -> Report:
    rows = data.folds.test
    note_reading(
        ctx, rows_hash=data.split.rows_hash, dataset_hash=data.dataset.hash, plan_hash=made.hash,
        why="report of a candidate before it is registered",
    )  # fmt: skip
    columns = data.columns(rows, ctx)
    proba: Proba = found.model.predict_proba(columns, len(rows))
    answers = answers_of(ctx, data, found, decided, proba, columns)
    report = evaluate(
        proba,
        data.y_index[rows],
        task_name=ctx.task.name,
        fold="test",
        dataset_hash=data.dataset.hash,
        prior=data.prior,
        rng=np.random.default_rng(ctx.task.seed),
        checks=checks,
        notes=(*data.split.notes, *remarks, *answer_notes(answers)),
    )
    looked_at = bounds_of(data.y_index[rows], n_train=len(data.folds.train), n_learned=len(_learned(data)))
    report = replace(
        report, baselines=(*report.baselines, *simple_baselines(ctx, data, rows)), notes=(*report.notes, *looked_at)
    )
    held = HeldOut(proba, data.y_index[rows], columns, ctx.task.features, _times(ctx, data, rows))
    report = _analysed(ctx, data, found, report, held)
    return report if report.analysis is None else replace(report, analysis=replace(report.analysis, answers=answers))


def _times(ctx: Context, data: TrainingData, rows: NDArray[np.int64]) -> NDArray[np.datetime64] | None:
    """When each row happened, so that the report can look at spans of time."""
    name = ctx.task.time_column
    if name is None or name not in data.table.columns:
        return None
    return times_of(data.table[rows][name]).dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")


def _analysed(ctx: Context, data: TrainingData, found: Portfolio, report: Report, held: HeldOut) -> Report:
    """Add where the errors are and what to do next; simple models and explanations look at a sample of training rows."""
    rng = np.random.default_rng(ctx.task.seed)
    learned = _learned(data)
    shown = data.folds.train[:: -(-len(data.folds.train) // _N_BACKGROUND)]
    column, answers = one_column_answers(
        data.columns(learned, ctx), data.y_index[learned], held.columns, features=held.features,
        n_classes=len(data.label_space),
    )  # fmt: skip
    background = Background(data.columns(shown, ctx), held.features, len(shown))
    kind = next((f.kind for f in held.features if f.name == column), "")
    return analyse(
        report, held, rng=rng, baselines={f"words of {column} alone" if kind == "text" else f"{column} alone": answers},
        costs=None if found.model.rule is None or found.model.rule.costs.is_plain else found.model.rule.costs,
        attributions=top_attributions(found.model, held, background, rng=rng, n_rows=10, n_permutations=4),
        candidates=[replace(c, fit_s=0.0) for c in found.candidates],
    )  # fmt: skip


def _learned(data: TrainingData) -> NDArray[np.int64]:
    """Training rows that models of one column learn from, evenly spaced."""
    return data.folds.train[:: -(-len(data.folds.train) // _MOST_SIMPLE_ROWS)]


def _extras(ctx: Context, data: TrainingData, made: Plan, found: Portfolio, report: Report) -> dict[str, bytes]:
    lineage = {
        "task": to_plain(ctx.task),
        "task_hash": ctx.task.hash,
        "dataset_hash": data.dataset.hash,
        "rows_hash": data.split.rows_hash,
        "split": to_plain(data.split),
        "plan": _plan_facts(made),
        "encoders": {"text": made.encoder, "image": made.image_encoder},
        "log_loss": found.log_loss,
        "n_held": len(found.held_rows),
        "candidates": [to_plain(replace(c, fit_s=0.0)) for c in found.candidates],
        "code_version": importlib.metadata.version("classward"),
    }
    reference = {
        "class_share": dict(zip(data.label_space.names, data.prior.tolist(), strict=True)),
        "columns": to_plain(data.dataset.columns),
        "typical": typical_row(data.table[data.folds.train], ctx.task.schema),
    }
    facts = (
        ("model", " + ".join(_said(c) for c in found.candidates if c.weight)),
        ("trained on", f"{data.n_development:,} rows, split by {data.split.strategy}"),
        ("snapshot", data.dataset.hash[:16]),
        ("owner", ctx.task.owner or "not named"),
    )
    return {
        "report.json": report_json(report).encode(),
        "report.html": report_html(report, title=f"{ctx.task.name}: how good it is", facts=facts).encode(),
        "lineage.json": canonical_json(lineage).encode(),
        "reference.json": canonical_json(reference).encode(),
    }


def _plan_facts(made: Plan) -> dict[str, object]:
    return {
        "hash": made.hash, "seed": made.seed, "budget_s": made.budget_s, "recipes": to_plain(made.recipes),
        "n_folds": made.n_folds, "is_refitted": made.is_refitted, "encoder": made.encoder,
    }  # fmt: skip


def _said(candidate: Candidate) -> str:
    share = "" if candidate.weight == 1.0 else f"{candidate.weight:.0%} "
    return f"{share}{candidate.recipe.title} ({candidate.calibrator})"


def append_version(ctx: Context, wanted: ModelVersion) -> tuple[ModelVersion, bool]:
    """Give a stored bundle the next version number; number, time, actor and libraries are filled in here.

    The same bundle is never registered twice: then the version that exists is given back, with ``False``. If it had been
    collected, that it is stored again is recorded, and it may answer again.
    """
    libraries = tuple((name, importlib.metadata.version(name)) for name in _LIBRARIES)
    while True:
        head = ctx.journal.head()
        state = registry_state(ctx.journal, ctx.task.name)
        same = next((v for v in state.versions if v.bundle_hash == wanted.bundle_hash), None)
        if same is not None and same.bundle_hash not in dict(state.collected):
            return same, False
        version = same or replace(
            wanted, version=len(state.versions) + 1, registered_at=ctx.clock.now(), registered_by=ctx.actor,
            code_version=importlib.metadata.version("classward"),
            libraries=(("python", platform.python_version()), *libraries),
        )  # fmt: skip
        event = draft(ctx, "version_registered", to_plain(version))
        if same is not None:
            event = draft(ctx, "stored_again", {"version": same.version, "bundle_hash": same.bundle_hash})
        try:
            ctx.journal.append(event, expected=head)
        except JournalError as error:
            if error.code != "CW601":
                raise
            continue
        return version, same is None
