"""Small models that learn what a version said of rows it had not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.artifact.write import bundle_bytes
from classward.domain import Candidate, DecisionRule, Recipe, content_hash
from classward.flows.bundle_size import Size, measured_size, no_model_keeps, too_large
from classward.flows.context import Context, Tell
from classward.flows.decide import make_rule
from classward.flows.held import HeldAnswers
from classward.flows.version_rows import VersionRows
from classward.inference import Blend, BlendMember, Identity, Proba
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.train import How, LabelledRows, fit_student, students, take_columns

_SECOND_HAND = (
    "thresholds and sets are estimated, not proved: the teacher of the rows they were found on had seen labels of the rows "
    "beside them"
)

__all__ = ["Made", "Trial", "alone", "distilled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A small model that was tried: its log loss on rows it did not see, and why it was not taken, if so."""

    recipe: Recipe
    size: Size
    log_loss: float | None
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A smaller model, and how it came about; ``size`` is what was measured of it, if it was."""

    model: Blend
    size: Size | None = None
    candidates: tuple[Candidate, ...] = ()
    trials: tuple[Trial, ...] = ()
    remarks: tuple[str, ...] = ()


def distilled(
    ctx: Context,
    large: Blend,
    rows: VersionRows,
    held: HeldAnswers,
    max_bytes: int | None,
    max_latency_ms: float | None,
    n_threads: int,
    tell: Tell,
) -> Made:
    """Fit students from the smallest on, calibrate each on rows it was not fitted on, and take the best that keeps limits.

    The teacher's answers of a fold come from models that saw the other folds, the student's left-out fold among them: a
    second-hand look. Figures found here choose; only those of the sealed rows are reported.

    Raises
    ------
    Refused
        CW378 if none keeps the limits.
    """
    labelled = LabelledRows(
        columns=rows.take(held.rows), n=len(held.rows), y_index=rows.y_index[held.rows], schema=large.schema,
        label_space=large.label_space,
    )  # fmt: skip
    how = How(seed=ctx.task.seed, n_threads=n_threads, should_stop=lambda: False)
    trials: list[Trial] = []
    best: tuple[float, Made] | None = None
    for recipe in students(large.schema, len(large.label_space)):
        bare = fit_student(recipe, labelled, held.proba, how)
        model = alone(bare, Identity())
        size = measured_size(ctx, model, rows, bundle_bytes(model))
        failure = too_large(size, max_bytes, max_latency_ms)
        log_loss = None
        if not failure:
            logits = _left_out(recipe, labelled, held, how)
            found = calibrate(logits, labelled.y_index, rng=np.random.default_rng(ctx.task.seed))
            rule = make_rule(
                ctx.task.decision, ctx.task.slos, ctx.task.critical, proba=Proba(found.proba, large.label_space),
                y_index=labelled.y_index, fold=held.fold, basis=content_hash(recipe, found.log_loss),
                rng=np.random.default_rng(ctx.task.seed),
            )  # fmt: skip
            model, log_loss = replace(alone(bare, found.calibrator), rule=rule.rule), found.log_loss
            size = measured_size(ctx, model, rows, bundle_bytes(model))  # with its calibrator: this is judged and shown
            failure = too_large(size, max_bytes, max_latency_ms)
        trials.append(Trial(recipe=recipe, size=size, log_loss=log_loss, failure=failure))
        said = failure or f"{size.n_bytes:,} bytes, log loss {log_loss:.4f}"
        tell("compact", f"{recipe.family} {dict(recipe.params)}: {said}")
        if log_loss is not None and not failure and (best is None or log_loss < best[0]):
            candidate = Candidate(
                recipe=recipe, log_loss=log_loss, n_calibration=labelled.n, calibrator=found.name, weight=1.0
            )
            remarks = (*rule.remarks, *_second_hand(rule.rule), *_without_gates(large))
            best = log_loss, Made(model=model, size=size, candidates=(candidate,), remarks=remarks)
    if best is None:
        raise no_model_keeps(trials[-1].failure, [trial.size for trial in trials])
    return replace(best[1], trials=tuple(trials))


def _second_hand(rule: DecisionRule) -> tuple[str, ...]:
    if not (rule.claims or rule.floors or rule.sets):
        return ()
    return (_SECOND_HAND,)


def _without_gates(large: Blend) -> tuple[str, ...]:
    names = ", ".join(large.label_space.names[gate.class_index] for gate in large.gates)
    return (f"gates are not carried over: one small model answers for {names} as well",) if names else ()


def _left_out(recipe: Recipe, rows: LabelledRows, held: HeldAnswers, how: How) -> NDArray[np.float64]:
    """Logits of each fold by a student fitted without it; with one fold, five are dealt."""
    fold = held.fold if held.fold.max() > 0 else np.random.default_rng(how.seed).permutation(rows.n) % 5
    logits = np.empty((rows.n, len(rows.label_space)))
    for i in np.unique(fold):
        fit, left = np.flatnonzero(fold != i), np.flatnonzero(fold == i)
        model = fit_student(recipe, rows.take(fit), held.proba[fit], how)
        logits[left] = model.logits(take_columns(rows.columns, left), len(left))
    return logits


def alone(model: Any, calibrator: Any) -> Blend:
    """A model as the only member of a blend."""
    member = BlendMember(models=(model,), calibrator=calibrator, weight=1.0)
    return Blend(schema=model.schema, label_space=model.label_space, members=(member,), calibrator=Identity())
