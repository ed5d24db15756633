"""Train: snapshot → plan → candidates → the best one calibrated → measured once on the sealed fold → registered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from classward.artifact.write import write_bundle
from classward.domain import Candidate, ModelVersion, Plan, Recipe, Report, to_plain
from classward.errors import ClasswardError, DataError
from classward.flows.context import Context, Tell, note
from classward.flows.register import register
from classward.flows.sanity import sanity_checks
from classward.flows.snapshot import TrainingData, take_snapshot
from classward.inference import FittedModel
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.train import fit_one, plan

__all__ = ["TrainResult", "train"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """What training made: the version (new, or the identical one found), its report, and every candidate."""

    version: ModelVersion
    report: Report
    candidates: tuple[Candidate, ...]
    plan: Plan
    is_new: bool
    n_unlabelled: int


def train(ctx: Context, *, budget_s: float, n_threads: int, tell: Tell) -> TrainResult:
    """Make the best calibrated version that the budget buys, and register it.

    Interrupting keeps every candidate that was finished: the same command goes on from there.

    Raises
    ------
    DataError
        If the rows cannot be used, or every candidate failed (CW243, with each reason).
    """
    _note_task(ctx)
    data = take_snapshot(ctx, tell)
    made = plan(
        schema=ctx.task.schema, n_rows=len(data.folds.train), n_classes=len(data.label_space), budget_s=budget_s,
        seed=ctx.task.seed, n_threads=n_threads, task_hash=ctx.task.hash, dataset_hash=data.dataset.hash,
        rows_hash=data.split.rows_hash,
    )  # fmt: skip
    candidates = tuple(_candidates(ctx, made, data, tell))
    best = min((c for c in candidates if c.log_loss is not None), key=lambda c: c.log_loss or 0.0, default=None)
    if best is None:
        raise DataError(
            "CW243",
            "no candidate could be trained",
            got="; ".join(f"{c.recipe.family}: {c.failure.splitlines()[0]}" for c in candidates),
            fix="see the reasons above; 'classward init' tells what the table looks like",
        )
    tell("check", "shuffled labels")
    checks = sanity_checks(ctx, data, best.recipe, n_threads=n_threads)
    version, report, is_new = register(ctx, data, made, candidates, best, checks=checks, tell=tell)
    return TrainResult(
        version=version,
        report=report,
        candidates=candidates,
        plan=made,
        is_new=is_new,
        n_unlabelled=data.n_unlabelled,
    )


def _note_task(ctx: Context) -> None:
    """Record the task's contract if it changed since it was last recorded."""
    last = ""
    for event in ctx.journal.events(task=ctx.task.name, kind="task_declared"):
        last = json.loads(event.payload)["task_hash"]
    if last != ctx.task.hash:
        note(ctx, "task_declared", {"task": to_plain(ctx.task), "task_hash": ctx.task.hash})


def _candidates(ctx: Context, made: Plan, data: TrainingData, tell: Tell) -> Iterator[Candidate]:
    kept = _finished(ctx, made)
    for i, recipe in enumerate(made.recipes, start=1):
        if recipe.hash in kept:
            tell("train", f"{recipe.family} ({i} of {len(made.recipes)}): kept from an earlier run")
            yield kept[recipe.hash]
            continue
        tell("train", f"{recipe.family} ({i} of {len(made.recipes)})")
        candidate = _fit(ctx, made, recipe, data)
        note(ctx, "candidate_finished", {"plan_hash": made.hash, "candidate": to_plain(candidate)})
        tell("train", f"{recipe.family}: " + _outcome(candidate))
        yield candidate


def _outcome(candidate: Candidate) -> str:
    if candidate.failure:
        return f"failed: {candidate.failure.splitlines()[0]}"
    return f"log loss {candidate.log_loss:.4f} on calibration ({candidate.calibrator}, {candidate.fit_s:.1f} s)"


def _finished(ctx: Context, made: Plan) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    stored = set(ctx.artifacts.hashes())
    for event in ctx.journal.events(task=ctx.task.name, kind="candidate_finished"):
        payload = json.loads(event.payload)
        plain = payload["candidate"]
        if payload["plan_hash"] != made.hash or plain["artifact_hash"] not in stored:
            continue
        params = tuple((name, value) for name, value in plain["recipe"]["params"])
        recipe = Recipe(family=plain["recipe"]["family"], params=params)
        found[recipe.hash] = Candidate(**(plain | {"recipe": recipe}))
    return found


def _fit(ctx: Context, made: Plan, recipe: Recipe, data: TrainingData) -> Candidate:
    started = ctx.clock.monotonic_s()
    try:
        model, candidate = _fit_and_calibrate(ctx, made, recipe, data)
    except (ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
        return Candidate(recipe=recipe, failure=str(error) or type(error).__name__)
    folder = ctx.artifacts.workdir()
    write_bundle(folder, model, extras={})
    return replace(
        candidate, artifact_hash=ctx.artifacts.put(folder), fit_s=round(ctx.clock.monotonic_s() - started, 3)
    )


def _fit_and_calibrate(ctx: Context, made: Plan, recipe: Recipe, data: TrainingData) -> tuple[FittedModel, Candidate]:
    rows = data.folds.train
    model = fit_one(
        recipe, columns=data.columns(rows, ctx), n=len(rows), y_index=data.y_index[rows], schema=ctx.task.schema,
        label_space=data.label_space, seed=made.seed, n_threads=made.n_threads, should_stop=lambda: False,
    )  # fmt: skip
    held = data.folds.calibration
    logits = model.logits(data.columns(held, ctx), len(held))
    done = calibrate(model, logits=logits, y_index=data.y_index[held], rng=np.random.default_rng(made.seed))
    return done.model, Candidate(recipe=recipe, log_loss=done.log_loss, n_calibration=len(held), calibrator=done.name)
