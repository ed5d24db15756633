"""How good is this way to train: rounds over the rows that are not sealed, nested if choosing is to be judged too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import CrossValidation, Plan, Recipe, RoundResult, to_plain
from classward.errors import ClasswardError, DataError
from classward.estimators import encoder_named, image_encoder_named, one_blas_thread
from classward.flows.budget import Budget
from classward.flows.context import Context, Tell, note
from classward.flows.encode_images import encode_images
from classward.flows.portfolio import Portfolio, blend_of, run_plan
from classward.flows.snapshot import TrainingData, take_snapshot
from classward.flows.tune import tune
from classward.inference import Encoder
from classward.lifecycle.calibrate import Calibrated, calibrate, calibrate_frame
from classward.lifecycle.data import NestedRound, Round, deal_rounds, optimism
from classward.lifecycle.evaluate import class_spreads, mean_over_rounds
from classward.lifecycle.train import (
    FitFold,
    LabelledRows,
    OutOfTime,
    Treatment,
    cross_fit,
    frame_params,
    framed,
    neighbours_alone,
    neighbours_recipe,
    plan,
    zero_shot_alone,
    zero_shot_recipe,
)

__all__ = ["Asked", "cross_validate"]

_SMALLEST = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to validate: rounds, inner rounds (0: not nested), strategy, seconds, threads; and what training would be asked.

    The latter (from ``encoder`` on) mean what they mean to :func:`classward.flows.train.train`.
    """

    n_folds: int = 5
    n_inner: int = 0
    strategy: str = "auto"
    budget_s: float = 60.0
    n_threads: int = 1
    encoder: str = ""
    image_encoder: str = ""
    brought: tuple[Recipe, ...] = ()
    treatment: Treatment | None = None
    frame: str = ""
    zero_shot: str = ""
    adapter: str = "meaning"
    neighbours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    made: Plan
    rows: LabelledRows
    encoder: Encoder | None
    budget: Budget
    failures: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    result: RoundResult
    y: NDArray[np.int64]
    predicted: NDArray[np.int64]


def cross_validate(ctx: Context, asked: Asked, *, tell: Tell) -> CrossValidation:
    """Cross-validate what training would try on these rows, calibrated; record what was found.

    Nested, each round trains as training does, recipes, frame, treatment, tuning and blend, with inner rounds for folds and
    its share of the time, and is measured on rows that took no part, not even in how numbers are scaled: what this way of
    training is worth. Otherwise recipes are compared one by one and the best is chosen by the figures shown; no blend is
    made. The sealed rows are not read.

    Raises
    ------
    DataError
        CW234 for a strategy that does not fit; CW235 if no recipe could be fitted in a round, with the reasons.
    """
    clock = ctx.clock.monotonic_s
    budget = Budget(clock_s=clock, ends_s=clock() + asked.budget_s)
    data = take_snapshot(ctx, tell)
    rows, _ = data.development(ctx, n_folds=1)
    table = data.table[np.sort(np.concatenate([data.folds.train, data.folds.calibration]))]
    dealt = deal_rounds(
        table, rows.y_index, ctx.task, strategy=asked.strategy, n_outer=asked.n_folds, n_inner=asked.n_inner,
        rng=np.random.default_rng(ctx.task.seed),
    )  # fmt: skip
    for warning in dealt.warnings:
        tell("warning", warning)
    made = _plan(ctx, data, rows, asked)
    seen = encode_images(
        rows, image_encoder_named(asked.image_encoder) if asked.image_encoder else None, budget=budget,
        tell=lambda what: tell("cv", what),
    )  # fmt: skip
    rows = replace(rows, reader=seen.reader)
    reader = encoder_named(asked.encoder) if asked.encoder else None
    run = _Run(made=made, rows=rows, encoder=reader, budget=budget, failures={})
    tell("cv", f"{len(dealt.rounds)} rounds, {dealt.strategy}, of {len(made.recipes)} recipes")
    with one_blas_thread():
        measured = _nested(run, dealt.rounds, tell) if asked.n_inner else _plain(run, dealt.rounds, tell)
    found = _summed(ctx, data, measured, strategy=dealt.strategy, is_nested=bool(asked.n_inner))
    found = replace(
        found, warnings=dealt.warnings, failures=tuple(f"{name}: {why}" for name, why in run.failures.items())
    )
    note(ctx, "cross_validated", to_plain(found))
    return found


def _plan(ctx: Context, data: TrainingData, rows: LabelledRows, asked: Asked) -> Plan:
    described = zero_shot_recipe(
        asked.zero_shot, space=data.label_space, schema=ctx.task.schema, encoder=asked.encoder, adapter=asked.adapter
    )
    near = neighbours_recipe(asked.neighbours, schema=ctx.task.schema, encoder=asked.encoder)
    made = plan(
        schema=ctx.task.schema, n_rows=rows.n, n_classes=len(data.label_space), budget_s=asked.budget_s,
        seed=ctx.task.seed, n_threads=asked.n_threads, task_hash=ctx.task.hash, dataset_hash=data.dataset.hash,
        rows_hash=data.split.rows_hash, is_time_ordered=ctx.task.time_column is not None, encoder=asked.encoder,
        brought=(*described, *near, *asked.brought), treatment=asked.treatment,
    )  # fmt: skip
    made = framed(made, frame_params(asked.frame, is_ordered=bool(ctx.task.order)))
    made = zero_shot_alone(made) if asked.zero_shot == "alone" else made
    return neighbours_alone(made) if asked.neighbours == "alone" else made


def _plain(run: _Run, rounds: Sequence[NestedRound], tell: Tell) -> list[_Measured]:
    """Cross-fit every recipe over the rounds; the best of them is measured round by round."""
    folds = [_fold(part.outer) for part in rounds]
    scored = _scored(run, run.rows, folds, seconds=run.budget.left_s())
    recipe, calibrated, _ = min(scored, key=lambda found: found[1].log_loss)
    tell("cv", f"best: {recipe.title}, log loss {calibrated.log_loss:.4f}")
    ends = np.cumsum([0] + [len(fold.held) for fold in folds])
    return [
        _measured(run, recipe.title, fold, calibrated.proba[ends[i] : ends[i + 1]], inner=None)
        for i, fold in enumerate(folds)
    ]


def _nested(run: _Run, rounds: Sequence[NestedRound], tell: Tell) -> list[_Measured]:
    """Each round knows only the rows it learns from: choices that look at labels, such as scaling, are made anew."""
    done = []
    for i, part in enumerate(rounds):
        learned = replace(run.rows.take(part.outer.fit), origin=None, positions=None)
        place = np.zeros(run.rows.n, dtype=np.int64)
        place[part.outer.fit] = np.arange(learned.n)
        inner = [FitFold(fit=place[r.fit], held=place[r.held]) for r in part.inner]
        found = _trained(run, learned, inner, seconds=run.budget.left_s() / (len(rounds) - i))
        held = run.rows.take(part.outer.held)
        proba = found.model.predict_proba(held.columns, held.n).matrix
        title = " + ".join(c.recipe.title for c in found.candidates if c.weight)
        done.append(_measured(run, title, _fold(part.outer), proba, inner=found.log_loss))
        last = done[-1].result
        tell(
            "cv",
            f"round {i + 1} of {len(rounds)}: chose {title}, log loss {last.log_loss:.4f} "
            f"(inner {found.log_loss:.4f}); {max(run.budget.left_s(), 0):.0f} s left",
        )
    return done


def _trained(run: _Run, rows: LabelledRows, folds: Sequence[FitFold], *, seconds: float) -> Portfolio:
    """Train on some rows as training does."""
    made = replace(run.made, budget_s=max(seconds, 0.0), n_folds=len(folds), is_refitted=True)
    budget = replace(run.budget, ends_s=run.budget.clock_s() + seconds)
    tried = run_plan(
        made, rows, folds, budget=budget, kept=lambda recipe: None, finish=lambda one: one, tell=_say_nothing,
        encoder=run.encoder,
    )  # fmt: skip
    if made.is_tuned:
        tried += tune(
            made, rows, folds, tried, budget=budget, kept=lambda recipe: None, finish=lambda one: one, tell=_say_nothing
        )
    run.failures.update(
        {f.candidate.recipe.title: f.candidate.failure.splitlines()[0] for f in tried if f.candidate.failure}
    )
    if all(f.candidate.failure for f in tried):
        raise _none_left(run)
    return blend_of(made, rows, folds, tried, tell=_say_nothing, encoder=run.encoder)


def _say_nothing(what: str) -> None:
    pass


def _scored(
    run: _Run, rows: LabelledRows, folds: Sequence[FitFold], *, seconds: float
) -> list[tuple[Recipe, Calibrated, NDArray[np.float64]]]:
    """Every recipe that could be cross-fitted and calibrated within its share of the seconds."""
    scored, ends_s = [], run.budget.clock_s() + seconds
    for k, recipe in enumerate(run.made.recipes):
        now = run.budget.clock_s()
        share = Budget(clock_s=run.budget.clock_s, ends_s=now + (ends_s - now) / (len(run.made.recipes) - k))
        try:
            fitted = cross_fit(
                recipe, rows, folds, seed=run.made.seed, n_threads=run.made.n_threads, seconds_left=share.left_s,
                encoder=run.encoder,
            )  # fmt: skip
            y = np.concatenate([rows.y_index[fold.held] for fold in folds])
            rng = np.random.default_rng(run.made.seed)
            if recipe.frame:
                found = calibrate_frame(recipe.frame, fitted.logits, y, rng=rng).calibrated
            else:
                found = calibrate(fitted.logits, y, rng=rng)
            scored.append((recipe, found, fitted.logits))
        except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
            run.failures[recipe.title] = (str(error) or type(error).__name__).splitlines()[0]
    if not scored:
        raise _none_left(run)
    return scored


def _none_left(run: _Run) -> DataError:
    return DataError(
        "CW235",
        "no recipe could be cross-validated",
        got="; ".join(f"{name}: {why}" for name, why in run.failures.items()),
        fix="give a larger --budget if time ran out, fewer folds, or more rows of the rarest classes",
    )


def _measured(run: _Run, chosen: str, fold: FitFold, proba: NDArray[np.float64], *, inner: float | None) -> _Measured:
    y = run.rows.y_index[fold.held]
    predicted = proba.argmax(axis=1)
    loss = -np.log(np.maximum(proba[np.arange(len(y)), y], _SMALLEST)).mean()
    result = RoundResult(
        chosen=chosen, n_fit=len(fold.fit), n_held=len(y), log_loss=float(loss),
        accuracy=float((predicted == y).mean()), inner_log_loss=inner,
    )  # fmt: skip
    return _Measured(result=result, y=y, predicted=predicted)


def _summed(
    ctx: Context, data: TrainingData, measured: Sequence[_Measured], *, strategy: str, is_nested: bool
) -> CrossValidation:
    results = tuple(m.result for m in measured)
    losses = np.array([r.log_loss for r in results])
    inner = np.array([r.inner_log_loss for r in results if r.inner_log_loss is not None])
    gap = optimism(inner, losses, is_loss=True) if is_nested else None
    return CrossValidation(
        strategy=strategy, is_nested=is_nested, rounds=results,
        classes=class_spreads([(m.y, m.predicted) for m in measured], data.label_space),
        accuracy=mean_over_rounds(np.array([r.accuracy for r in results])), log_loss=mean_over_rounds(losses, highest=np.inf),
        inner_log_loss=gap.inner if gap else None, optimism=gap.gap if gap else None, warnings=(), failures=(),
        task_hash=ctx.task.hash, dataset_hash=data.dataset.hash, rows_hash=data.split.rows_hash,
    )  # fmt: skip


def _fold(part: Round) -> FitFold:
    return FitFold(fit=part.fit, held=part.held)
