"""Train: snapshot → plan → candidates → the best one calibrated → measured once on the sealed fold → registered."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from classward.artifact.read import read_bundle
from classward.artifact.write import write_bundle
from classward.domain import Candidate, ModelVersion, Plan, Recipe, Report, content_hash, to_plain
from classward.estimators import MEANING, encoder_named, image_encoder_named
from classward.flows.budget import Budget
from classward.flows.context import Context, Tell, note
from classward.flows.decide import RuleMade, make_rule
from classward.flows.encode_images import encode_images, encoder_id
from classward.flows.gates import GatesMade, gate_promises, with_gates
from classward.flows.held import HELD, keep_held
from classward.flows.hygiene import leakage_checks, result_checks
from classward.flows.news import tells_news
from classward.flows.portfolio import BY_TIME, Finished, Portfolio, blend_of, run_plan
from classward.flows.register import register
from classward.flows.sanity import sanity_checks
from classward.flows.sealed import check_not_worn_out, nested_remarks
from classward.flows.snapshot import TrainingData, take_snapshot
from classward.flows.suspects import SUSPECTS, suspects_of
from classward.flows.tune import tune
from classward.inference import Blend, BlendMember, FittedModel, Identity
from classward.lifecycle.train import (
    LabelledRows,
    Treatment,
    afterwards_s,
    frame_params,
    framed,
    left_untreated,
    neighbours_alone,
    neighbours_recipe,
    plan,
    with_time_kept,
    zero_shot_alone,
    zero_shot_recipe,
)

__all__ = ["TrainResult", "train"]

_OVER = 0.1
"""Part of the budget by which a check may overrun it before it is left out for want of time."""
_AFTER_PER_BEFORE = 1.4
"""What follows the fits takes so many times as long as reading and the look for leaks: tells how slow the machine is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """What training made: the version (new, or the identical one found), its report, and every candidate."""

    version: ModelVersion
    report: Report
    candidates: tuple[Candidate, ...]
    plan: Plan
    is_new: bool
    n_unlabelled: int
    n_suspects: int


def train(
    ctx: Context,
    *,
    budget_s: float,
    n_threads: int,
    tell: Tell,
    encoder: str = "",
    image_encoder: str = "",
    accepted: tuple[str, ...] = (),
    brought: tuple[Recipe, ...] = (),
    treatment: Treatment | None = None,
    frame: str = "",
    zero_shot: str = "",
    adapter: str = MEANING,
    neighbours: str = "",
    spent_s: float = 0.0,
    taken: TrainingData | None = None,
) -> TrainResult:
    """Make the best calibrated version that the budget buys, and register it.

    Interrupting keeps every candidate that was finished: the same command goes on from there.

    Parameters
    ----------
    encoder : str
        What reads texts beside their words; empty for none.
    image_encoder : str
        A backbone for images; empty for the plain features.
    accepted : tuple of str
        Suspected leaks, or their columns, that a person vouches for.
    brought : tuple of Recipe
        Estimators that somebody brings in (:func:`~classward.lifecycle.train.brought_recipe`).
    treatment : Treatment, optional
        What is asked of every recipe that can do it: weights, noise, perturbations, smoothing, strength, patience.
    frame : str
        How the question is asked by binary ones: ``one-vs-rest`` or ``ordinal``; empty: one multiclass model.
    zero_shot, adapter : str
        ``beside``: a model that knows classes by their definitions is tried as well; ``alone``: it is the whole version.
        ``adapter`` makes it.
    neighbours : str
        ``beside`` or ``alone``: a model that answers by the nearest training rows, and names them as evidence.
    spent_s : float
        Seconds of the budget that went by before this was called: loading of libraries, opening of the workspace.
    taken : TrainingData, optional
        Rows that were taken before; without them the task's rows are read now.

    Raises
    ------
    DataError
        If the rows cannot be used, or every candidate failed (CW243, with each reason); CW286 for a leak that nobody
        vouches for; CW295, CW299, CW326, CW381 if a zero-shot model or neighbours were asked for and cannot be.
    Refused
        CW229 if the sealed rows were read too often and nothing else can judge.
    """
    begun_s = ctx.clock.monotonic_s()
    budget = Budget(clock_s=ctx.clock.monotonic_s, ends_s=begun_s + budget_s - spent_s)
    first = gate_promises(ctx.task.decision.first, ctx.task.slos)
    asked = frame_params(frame, is_ordered=bool(ctx.task.order))
    _note_task(ctx)
    data = taken or take_snapshot(ctx, tell)
    check_not_worn_out(ctx, rows_hash=data.split.rows_hash, dataset_hash=data.dataset.hash)
    tell("check", "leaks")
    leaks, _ = leakage_checks(ctx, data, accepted=accepted)
    described = zero_shot_recipe(
        zero_shot, space=data.label_space, schema=ctx.task.schema, encoder=encoder, adapter=adapter
    )
    near = neighbours_recipe(neighbours, schema=ctx.task.schema, encoder=encoder)
    planned = partial(
        plan, schema=ctx.task.schema, n_rows=data.n_development, n_classes=len(data.label_space), budget_s=budget_s,
        seed=ctx.task.seed, n_threads=n_threads, task_hash=ctx.task.hash, dataset_hash=data.dataset.hash,
        rows_hash=data.split.rows_hash, is_time_ordered=ctx.task.time_column is not None, encoder=encoder,
        brought=(*described, *near, *brought),
    )  # fmt: skip
    untreated = left_untreated(planned().recipes, treatment) if treatment else ()
    made = framed(planned(treatment=treatment), asked)
    after_s = max(_after_s(ctx, data), _AFTER_PER_BEFORE * (ctx.clock.monotonic_s() - begun_s))
    made = with_time_kept(made, after_s=after_s, n_gates=len(first))
    usual = made.recipes[0]
    if zero_shot == "alone":
        made = zero_shot_alone(made)
    if neighbours == "alone":
        made = neighbours_alone(made)
    reader = encoder_named(made.encoder) if made.encoder else None
    rows, folds = data.development(ctx, n_folds=made.n_folds)
    if near:
        rows = replace(rows, ids=data.development_ids(ctx))
    seen = encode_images(
        rows, image_encoder_named(image_encoder) if image_encoder else None, budget=budget,
        tell=lambda what: tell("train", what),
    )  # fmt: skip
    if seen.reader is not None:
        data, rows = replace(data, reader=seen.reader), replace(rows, reader=seen.reader)
        made = replace(made, image_encoder=encoder_id(seen.reader.encoder))
    done = run_plan(
        made, rows, folds, budget=budget, kept=_kept(ctx, made, data), finish=lambda found: _finish(ctx, made, found),
        tell=lambda what: tell("train", what), encoder=reader,
    )  # fmt: skip
    if made.is_tuned:
        done += tune(
            made, rows, folds, done, budget=budget, kept=_kept(ctx, made, data),
            finish=lambda found: _finish(ctx, made, found), tell=lambda what: tell("tune", what),
            is_strength_asked=treatment is not None and treatment.strength != 1.0,
        )  # fmt: skip
    found = blend_of(made, rows, folds, done, tell=lambda what: tell("train", what), encoder=reader)
    gated = with_gates(
        made, rows, folds, found, first, tell=lambda what: tell("train", what), encoder=reader,
        budget=replace(budget, ends_s=budget.ends_s - after_s),
    )  # fmt: skip
    found, remarks = gated.portfolio, gated.remarks
    if ctx.task.decision.known_accuracy is not None:
        found, news = tells_news(
            made, rows, done, found, known_accuracy=ctx.task.decision.known_accuracy,
            tell=lambda what: tell("train", what), encoder=reader, left_s=budget.left_s() - after_s,
        )  # fmt: skip
        remarks = (*remarks, news)
    decided = _decide(ctx, made, rows, found, gated)
    found = replace(found, model=replace(found.model, rule=decided.rule))
    suspects = suspects_of(ctx, data, found)
    tell("check", suspects.found.remark)
    tell("check", "shuffled labels")
    checks = (
        *leaks,
        *result_checks(found.held_proba, rows.y_index[found.held_rows], accepted=accepted),
        *sanity_checks(
            ctx,
            data,
            usual,
            n_threads=n_threads,
            left_s=budget.left_s() + _OVER * budget_s,
            fit_s=_fit_s(done, usual, n_folds=len(folds)),
        ),
    )
    version, report, is_new = register(
        ctx, data, made, found, checks=checks, tell=tell,
        extras={SUSPECTS: suspects.as_json(), HELD: keep_held(ctx, data, found)},
        remarks=(*decided.remarks, *remarks, suspects.found.remark, *seen.remarks, *untreated, *_nested(ctx, data)),
        decided=decided,
    )  # fmt: skip
    return TrainResult(
        version=version,
        report=report,
        candidates=found.candidates,
        plan=made,
        is_new=is_new,
        n_unlabelled=data.n_unlabelled,
        n_suspects=suspects.found.n_suspects,
    )


def _after_s(ctx: Context, data: TrainingData) -> float:
    """Seconds that what follows the fits takes on an ordinary machine."""
    return afterwards_s(
        n_rows=data.n_development, n_sealed=len(data.folds.test), n_columns=len(ctx.task.features),
        n_classes=len(data.label_space),
    )  # fmt: skip


def _fit_s(done: Sequence[Finished], recipe: Recipe, *, n_folds: int) -> float:
    """Seconds that one fit of a recipe took; 0 if it was not fitted in this run."""
    return sum(f.candidate.fit_s for f in done if f.candidate.recipe.hash == recipe.hash) / n_folds


def _nested(ctx: Context, data: TrainingData) -> tuple[str, ...]:
    return nested_remarks(ctx, dataset_hash=data.dataset.hash, rows_hash=data.split.rows_hash)


def _decide(ctx: Context, made: Plan, rows: LabelledRows, found: Portfolio, gated: GatesMade) -> RuleMade:
    members = [(c.recipe.hash, c.scores_hash, c.weight) for c in found.candidates if c.weight]
    decided = make_rule(
        ctx.task.decision, ctx.task.slos, ctx.task.critical, proba=found.held_proba,
        y_index=rows.y_index[found.held_rows], fold=found.held_fold, basis=content_hash(made.hash, members),
        rng=np.random.default_rng(made.seed), gates=gated.cuts,
    )  # fmt: skip
    return replace(decided, gates=gated.proofs)


def _note_task(ctx: Context) -> None:
    """Record the task's contract if it changed since it was last recorded."""
    last = ""
    for event in ctx.journal.events(task=ctx.task.name, kind="task_declared"):
        last = json.loads(event.payload)["task_hash"]
    if last != ctx.task.hash:
        note(ctx, "task_declared", {"task": to_plain(ctx.task), "task_hash": ctx.task.hash})


def _kept(ctx: Context, made: Plan, data: TrainingData) -> Callable[[Recipe], Finished | None]:
    """Find what earlier runs of the same plan finished."""
    found: dict[str, Candidate] = {}
    for event in ctx.journal.events(task=ctx.task.name, kind="candidate_finished"):
        payload = json.loads(event.payload)
        if payload["plan_hash"] == made.hash:
            plain = payload["candidate"]
            params = tuple((name, value) for name, value in plain["recipe"]["params"])
            recipe = Recipe(family=plain["recipe"]["family"], params=params)
            stops = tuple((chosen, made_of) for chosen, made_of in plain.get("stops", ()))
            found[recipe.hash] = Candidate(**(plain | {"recipe": recipe, "stops": stops}))
    stored = set(ctx.artifacts.hashes())

    def kept(recipe: Recipe) -> Finished | None:
        candidate = found.get(recipe.hash)
        if candidate is not None and candidate.failure.startswith(BY_TIME):
            return Finished(candidate=candidate, models=(), logits=np.zeros((0, len(data.label_space))))
        if candidate is None or not candidate.scores_hash or (candidate.artifact_hash or None) not in {None, *stored}:
            return None
        models: tuple[FittedModel, ...] = ()
        if candidate.artifact_hash:
            blend = read_bundle(ctx.artifacts.path(candidate.artifact_hash), expected_hash=candidate.artifact_hash)
            models = blend.model.members[0].models if isinstance(blend.model, Blend) else ()
        logits = ctx.snapshots.get(candidate.scores_hash).to_numpy()
        return Finished(candidate=candidate, models=models, logits=np.ascontiguousarray(logits, dtype=np.float64))

    return kept


def _finish(ctx: Context, made: Plan, found: Finished) -> Finished:
    """Store what a candidate leaves, and record it."""
    candidate = found.candidate
    if not candidate.failure:
        names = [str(i) for i in range(found.logits.shape[1])]
        candidate = replace(candidate, scores_hash=ctx.snapshots.put(pl.DataFrame(found.logits, schema=names)))
    if found.models:
        first = found.models[0]
        folder = ctx.artifacts.workdir()
        member = BlendMember(models=found.models, calibrator=Identity(), weight=1.0)
        bag = Blend(schema=first.schema, label_space=first.label_space, members=(member,), calibrator=Identity())
        write_bundle(folder, bag, extras={})
        candidate = replace(candidate, artifact_hash=ctx.artifacts.put(folder))
    note(ctx, "candidate_finished", {"plan_hash": made.hash, "candidate": to_plain(candidate)})
    return replace(found, candidate=candidate)
