"""How good is this way to train: rounds over the rows that are not sealed, nested if choosing is to be judged too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import CrossValidation, Plan, Recipe, RoundResult, to_plain
from classward.errors import ClasswardError, DataError
from classward.estimators import encoder_named, one_blas_thread
from classward.flows.budget import Budget
from classward.flows.context import Context, Tell, note
from classward.flows.snapshot import TrainingData, take_snapshot
from classward.inference import Encoder
from classward.lifecycle.calibrate import Calibrated, calibrate
from classward.lifecycle.data import NestedRound, Round, deal_rounds, optimism
from classward.lifecycle.evaluate import class_spreads, mean_over_rounds
from classward.lifecycle.train import FitFold, How, LabelledRows, OutOfTime, cross_fit, fit_one, plan

__all__ = ["Asked", "cross_validate"]

_SMALLEST = 1e-15
_FOR_LAST_FIT = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to validate: rounds, inner rounds (0: not nested), strategy, seconds, threads, encoder."""

    n_folds: int = 5
    n_inner: int = 0
    strategy: str = "auto"
    budget_s: float = 60.0
    n_threads: int = 1
    encoder: str = ""


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
    """Cross-validate the recipes that training would try on these rows, calibrated; record what was found.

    Nested, each round chooses the best recipe on inner rounds, fits it on all rows it may learn from and is measured on
    rows that took no part, not even in how numbers are scaled: what an honest choice of a single recipe is worth.
    Otherwise the best recipe is chosen by the figures shown. No
    blend is made: a round costs a fit per recipe and inner round. The sealed rows are not read.

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
    return plan(
        schema=ctx.task.schema, n_rows=rows.n, n_classes=len(data.label_space), budget_s=asked.budget_s,
        seed=ctx.task.seed, n_threads=asked.n_threads, task_hash=ctx.task.hash, dataset_hash=data.dataset.hash,
        rows_hash=data.split.rows_hash, is_time_ordered=ctx.task.time_column is not None, encoder=asked.encoder,
    )  # fmt: skip


def _plain(run: _Run, rounds: Sequence[NestedRound], tell: Tell) -> list[_Measured]:
    """Cross-fit every recipe over the rounds; the best of them is measured round by round."""
    folds = [_fold(part.outer) for part in rounds]
    scored = _scored(run, run.rows, folds, seconds=run.budget.left_s())
    recipe, calibrated, _ = min(scored, key=lambda found: found[1].log_loss)
    tell("cv", f"best: {recipe.title}, log loss {calibrated.log_loss:.4f}")
    ends = np.cumsum([0] + [len(fold.held) for fold in folds])
    return [
        _measured(run, recipe, fold, calibrated.proba[ends[i] : ends[i + 1]], inner=None)
        for i, fold in enumerate(folds)
    ]


def _nested(run: _Run, rounds: Sequence[NestedRound], tell: Tell) -> list[_Measured]:
    """Each round knows only the rows it learns from: choices that look at labels, such as scaling, are made anew."""
    done = []
    for i, part in enumerate(rounds):
        seconds = run.budget.left_s() / (len(rounds) - i)
        learned = replace(run.rows.take(part.outer.fit), origin=None, positions=None)
        place = np.zeros(run.rows.n, dtype=np.int64)
        place[part.outer.fit] = np.arange(learned.n)
        inner = [FitFold(fit=place[r.fit], held=place[r.held]) for r in part.inner]
        recipe, calibrated, _ = min(
            _scored(run, learned, inner, seconds=seconds * (1 - _FOR_LAST_FIT)), key=lambda found: found[1].log_loss
        )
        last_fit = replace(run.budget, ends_s=run.budget.clock_s() + seconds * _FOR_LAST_FIT)
        model = fit_one(recipe, learned, _how(run, last_fit))
        held = run.rows.take(part.outer.held)
        proba = calibrated.calibrator.apply(model.logits(held.columns, held.n))
        done.append(_measured(run, recipe, _fold(part.outer), proba, inner=calibrated.log_loss))
        last = done[-1].result
        tell(
            "cv",
            f"round {i + 1} of {len(rounds)}: chose {recipe.title}, log loss {last.log_loss:.4f} "
            f"(inner {calibrated.log_loss:.4f}); {max(run.budget.left_s(), 0):.0f} s left",
        )
    return done


def _how(run: _Run, budget: Budget) -> How:
    return How(
        seed=run.made.seed, n_threads=run.made.n_threads, encoder=run.encoder,
        should_stop=lambda: budget.left_s() <= 0.0,
    )  # fmt: skip


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
            found = calibrate(fitted.logits, y, rng=np.random.default_rng(run.made.seed))
            scored.append((recipe, found, fitted.logits))
        except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
            run.failures[recipe.title] = (str(error) or type(error).__name__).splitlines()[0]
    if not scored:
        raise DataError(
            "CW235",
            "no recipe could be cross-validated",
            got="; ".join(f"{name}: {why}" for name, why in run.failures.items()),
            fix="give a larger --budget if time ran out, fewer folds, or more rows of the rarest classes",
        )
    return scored


def _measured(
    run: _Run, recipe: Recipe, fold: FitFold, proba: NDArray[np.float64], *, inner: float | None
) -> _Measured:
    y = run.rows.y_index[fold.held]
    predicted = proba.argmax(axis=1)
    loss = -np.log(np.maximum(proba[np.arange(len(y)), y], _SMALLEST)).mean()
    result = RoundResult(
        chosen=recipe.title, n_fit=len(fold.fit), n_held=len(y), log_loss=float(loss),
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
