"""Mend confidence alone: one number on top of a version, fitted to labels of production, and shown to help on later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.artifact.read import read_bundle, read_extra
from classward.artifact.write import check_equal, write_bundle
from classward.domain import ModelVersion, canonical_json, content_hash
from classward.errors import Refused
from classward.estimators import fit_temperature
from classward.flows.context import Context, Tell
from classward.flows.register import append_version, read_report
from classward.flows.sealed import note_reading
from classward.flows.version_rows import VersionRows
from classward.flows.versions import registry_state
from classward.inference import (
    Blend,
    Calibrator,
    FittedModel,
    FlooredTemperature,
    Identity,
    MatrixScaling,
    Temperature,
    VectorScaling,
)
from classward.lifecycle.evaluate import evaluate, report_html, report_json

__all__ = ["Recalibrated", "recalibrate"]

_TINY = 1e-12
_GOLDEN_ROWS = 500
_TOLERANCE = 1e-6
_FEWEST = 40
_SURE = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibrated:
    """The version, the number that scores are divided by, and what it gained on the later half of the labels (nats a row)."""

    version: ModelVersion
    temperature: float
    gain: float
    gain_se: float
    n_later: int


def recalibrate(ctx: Context, number: int, answers: pl.DataFrame, *, tell: Tell) -> Recalibrated:
    """Give a version another temperature, and register it as a version of its own; answers stay the same class.

    The number is fitted to the earlier half of the labelled answers and has to lower the log loss on the later half, beyond
    its 95 % interval; then it is fitted to all of them. Rows count alike, whatever their weights.

    Parameters
    ----------
    answers : DataFrame
        Labelled answers of this version: ``at, id, version, truth, probabilities``.

    Raises
    ------
    Refused
        CW728 if the version cannot take another temperature; CW729 if it is not shown to help. Nothing is registered.
    """
    version = registry_state(ctx.journal, ctx.task.name).stored_version(number)
    folder = ctx.artifacts.path(version.bundle_hash)
    model = read_bundle(folder, expected_hash=version.bundle_hash).model
    if model.rule is not None and not model.rule.is_plain:
        raise _cannot(number, "its thresholds were proved for the confidence it has")
    logits, y = _said(answers.filter(pl.col("version") == number), model)
    tell("recalibrate", f"{len(y):,} labelled answers of version {number}")
    gain, se, n_later = _gain(logits, y, number, share=_share(model.calibrator))
    temperature = fit_temperature(logits, y, min_per_class=0)
    made = _with(model, temperature, number)
    return Recalibrated(
        version=_registered(ctx, version, made, temperature),
        temperature=temperature,
        gain=gain,
        gain_se=se,
        n_later=n_later,
    )


def _share(calibrator: Calibrator) -> float:
    """Share of the uniform distribution that a version's probabilities hold."""
    return calibrator.share if isinstance(calibrator, FlooredTemperature) else 0.0


def _said(answers: pl.DataFrame, model: Blend | FittedModel) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Logarithms of what was answered, before the uniform share was mixed in, in order of time; and the true classes."""
    space, share = model.label_space, _share(model.calibrator)
    own = answers.filter(pl.col("truth").is_in(list(space.names))).sort("at", "id")
    proba = np.array(own["probabilities"].to_list(), dtype=np.float64).reshape(own.height, len(space))
    y = np.array([space.index(name) for name in own["truth"].to_list()], dtype=np.int64)
    return np.asarray(np.log(np.maximum((proba - share / len(space)) / (1.0 - share), _TINY))), y


def _gain(logits: NDArray[np.float64], y: NDArray[np.int64], number: int, *, share: float) -> tuple[float, float, int]:
    half = len(y) // 2
    if half < _FEWEST:
        raise _no_help(number, f"{len(y):,} labelled answers, {2 * _FEWEST} are needed")
    temperature = fit_temperature(logits[:half], y[:half], min_per_class=0)
    later, truth = logits[half:], y[half:]
    losses = [_log_loss(FlooredTemperature(temperature=t, share=share), later, truth) for t in (1.0, temperature)]
    lower = losses[0] - losses[1]
    gain, se = float(lower.mean()), float(lower.std(ddof=1) / np.sqrt(len(lower)))
    if gain - _SURE * se <= 0.0:
        said = f"log loss on the later {len(truth):,} answers falls by {gain:.4f} ± {_SURE * se:.4f} nats a row"
        raise _no_help(number, said)
    return gain, se, len(truth)


def _log_loss(calibrator: FlooredTemperature, logits: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(-np.log(np.maximum(calibrator.apply(logits)[np.arange(len(y)), y], _TINY)))


def _with(model: Blend | FittedModel, temperature: float, number: int) -> Blend | FittedModel:
    return replace(model, calibrator=_over(model.calibrator, temperature, number))


def _over(calibrator: Calibrator, temperature: float, number: int) -> Calibrator:
    """The calibrator that divides by ``temperature`` after what this one does."""
    if isinstance(calibrator, Identity):
        return Temperature(temperature=temperature)
    if isinstance(calibrator, Temperature | FlooredTemperature):
        return replace(calibrator, temperature=calibrator.temperature * temperature)
    if isinstance(calibrator, VectorScaling):
        return VectorScaling(scale=calibrator.scale / temperature, bias=calibrator.bias / temperature)
    if isinstance(calibrator, MatrixScaling):
        return replace(calibrator, weights=calibrator.weights / temperature, bias=calibrator.bias / temperature)
    raise _cannot(number, f"a {type(calibrator).__name__} cannot be followed by a temperature")


def _registered(ctx: Context, was: ModelVersion, model: Blend | FittedModel, temperature: float) -> ModelVersion:
    rows = VersionRows.of(ctx, was, model)
    sealed, y = rows.sealed, rows.y_index[rows.sealed]
    how = f"temperature {temperature:.6g} on top of version {was.version}"
    note_reading(
        ctx, rows_hash=rows.lineage["rows_hash"], dataset_hash=was.dataset_hash, artifact_hash=was.bundle_hash,
        why=f"report of {how}",
    )  # fmt: skip
    prior = np.bincount(rows.y_index[rows.development], minlength=len(model.label_space)) / len(rows.development)
    report = evaluate(
        model.predict_proba(rows.take(sealed), len(sealed)), y, task_name=ctx.task.name, fold="test",
        dataset_hash=was.dataset_hash, prior=prior, rng=np.random.default_rng(ctx.task.seed),
        notes=(f"{how}, fitted to labelled answers; these sealed rows are older than what moved", *_kept_notes(ctx, was)),
    )  # fmt: skip
    folder, old = ctx.artifacts.workdir(), ctx.artifacts.path(was.bundle_hash)
    made_from = {"version": was.version, "bundle_hash": was.bundle_hash, "how": how}
    extras = {
        "report.json": report_json(report).encode(),
        "report.html": report_html(report, title=f"{ctx.task.name}: how good it is", facts=(("model", how),)).encode(),
        "lineage.json": canonical_json(rows.lineage | {"made_from": made_from}).encode(),
        "reference.json": read_extra(old, "reference.json", expected_hash=was.bundle_hash),
    }
    write_bundle(folder, model, extras=extras)
    bundle_hash = ctx.artifacts.put(folder)
    golden = rows.development[:_GOLDEN_ROWS]
    restored = read_bundle(ctx.artifacts.path(bundle_hash), expected_hash=bundle_hash).model
    check_equal(model, restored, columns=rows.take(golden), n=len(golden), tolerance=_TOLERANCE)
    plan_hash = content_hash("recalibrate", was.bundle_hash, temperature)
    return append_version(ctx, replace(was, bundle_hash=bundle_hash, plan_hash=plan_hash))[0]


def _kept_notes(ctx: Context, was: ModelVersion) -> Sequence[str]:
    return tuple(f"of version {was.version}: {said}" for said in read_report(ctx, was).notes)


def _cannot(number: int, got: str) -> Refused:
    return Refused(
        "CW728", f"version {number} cannot be given another temperature", got=got,
        why="its confidence could change without its promises being proved again",
        fix='classward loop run --because "…" trains',
    )  # fmt: skip


def _no_help(number: int, got: str) -> Refused:
    return Refused(
        "CW729", f"another temperature is not shown to help version {number}", got=got,
        why="missing evidence is never success", fix="wait for more labels; classward loop status",
    )  # fmt: skip
