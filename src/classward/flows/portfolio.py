"""From development rows and a plan to one blended model: cross-fit each recipe, calibrate, weigh, fit on all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Candidate, Plan, Recipe
from classward.errors import ClasswardError, DataError
from classward.estimators import one_blas_thread
from classward.flows.budget import Budget
from classward.flows.encode import encode_all
from classward.inference import Blend, BlendMember, Calibrator, Encoder, FittedModel, Proba
from classward.lifecycle.calibrate import Calibrated, Weighted, calibrate, calibrate_frame, weigh
from classward.lifecycle.train import ENCODED, FitFold, How, LabelledRows, OutOfTime, cross_fit, fit_one, is_refitted

__all__ = ["BY_TIME", "Finished", "Portfolio", "blend_of", "owed_s", "run_one", "run_plan"]

BY_TIME = ("left out", "cut after")
"""How failures begin that the clock or a comparison decided: the same plan keeps them, so that it gives the same version."""

_AS_LONG_AS_IT_TAKES_S = 30 * 86_400.0
_MOST_AGAIN = 4
_MORE_FOR_ALL = 1.6
"""Fitting on all rows takes so many times as long as on one fold, roughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A candidate with what it leaves in memory: its models unless they are fitted again on all rows, and its scores.

    ``logits`` of shape (n_held, n_classes) are of rows the models never saw, fold after fold; empty after a failure.
    ``calibrated`` is their calibration, if it was made in this run.
    """

    candidate: Candidate
    models: tuple[FittedModel, ...]
    logits: NDArray[np.float64]
    calibrated: Calibrated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The blended model, every candidate with its weight (0 when left out), and the log loss of the blend.

    ``held_proba`` (n_held, n_classes) is what the blend says of ``held_rows``, from models that never saw them, by
    calibrators, weights and a temperature chosen without them; ``held_fold`` is the fold of each.
    """

    model: Blend
    candidates: tuple[Candidate, ...]
    log_loss: float
    held_proba: Proba
    held_rows: NDArray[np.int64]
    held_fold: NDArray[np.int64]


def run_plan(
    made: Plan,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    *,
    budget: Budget,
    kept: Callable[[Recipe], Finished | None],
    finish: Callable[[Finished], Finished],
    tell: Callable[[str], None],
    encoder: Encoder | None = None,
) -> tuple[Finished, ...]:
    """Carry out the recipes of a plan, each within what is not kept for those after it.

    Parameters
    ----------
    made, rows, folds
        What to do, on which rows.
    budget : Budget
        When to be done.
    kept : callable
        Gives a recipe's result if an earlier run finished it.
    finish : callable
        Told each result as soon as it exists, so that an interruption loses nothing; gives it back, perhaps with
        addresses added.
    tell : callable
        Told about progress.
    encoder : Encoder, optional
        Reads texts; every text is encoded once, before the first recipe, unless that takes most of the time.

    When time left no recipe at all, the first that time cut is finished over the budget: there is always a model, or a
    reason other than time.
    """
    unread = ""
    if encoder is not None:
        unread = encode_all(rows, encoder, budget=budget, n_threads=made.n_threads, tell=tell)
    done: list[Finished] = []
    for i, recipe in enumerate(made.recipes):
        found = kept(recipe)
        if found is not None:
            tell(f"{recipe.title} ({i + 1} of {len(made.recipes)}): kept from an earlier run")
            done.append(found)
            continue
        if unread and recipe.family in ENCODED:
            done.append(finish(_failed(recipe, unread, rows)))
            continue
        kept_s = made.budget_s * (made.for_blending + sum(made.shares[i + 1 :])) + owed_s(done, folds)
        allowance_s = budget.left_s() - kept_s
        if allowance_s <= 0.0 and any(not f.candidate.failure for f in done):
            done.append(finish(_failed(recipe, "left out: those before it took all the time", rows)))
            tell(f"{recipe.title} ({i + 1} of {len(made.recipes)}): {done[-1].candidate.failure}")
            continue
        ends_s = budget.clock_s() + allowance_s
        tell(f"{recipe.title} ({i + 1} of {len(made.recipes)}), up to {max(allowance_s, 0.0):.0f} s" + _best(done))
        with one_blas_thread():
            found = run_one(made, recipe, rows, folds, replace(budget, ends_s=ends_s), encoder)
        done.append(finish(found))
        tell(f"{recipe.title}: {_outcome(done[-1].candidate)}")
    late = next((i for i, f in enumerate(done) if f.candidate.failure.startswith(BY_TIME)), None)
    if late is not None and all(f.candidate.failure for f in done):  # a slow machine gets a model too, only later
        recipe = made.recipes[late]
        tell(f"{recipe.title}: nothing fitted into the budget; this one is finished whatever it takes")
        with one_blas_thread():
            found = run_one(
                made, recipe, rows, folds, replace(budget, ends_s=budget.clock_s() + _AS_LONG_AS_IT_TAKES_S), encoder
            )
        done[late] = finish(found)
        tell(f"{recipe.title}: {_outcome(done[late].candidate)}")
    return tuple(done)


def blend_of(
    made: Plan,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    done: Sequence[Finished],
    *,
    tell: Callable[[str], None],
    encoder: Encoder | None = None,
) -> Portfolio:
    """Weigh the candidates, fit those that are fitted again on all rows, and put them together.

    Raises
    ------
    DataError
        CW243 if every candidate failed, with each reason.
    """
    usable = [f for f in done if not f.candidate.failure]
    if not usable:
        raise DataError(
            "CW243",
            "no candidate could be trained",
            got="; ".join(f"{f.candidate.recipe.title}: {f.candidate.failure.splitlines()[0]}" for f in done),
            fix="see the reasons above; give a larger --budget if time ran out; 'classward init' tells what the table "
            "looks like",
        )
    with one_blas_thread():
        return _blended(made, rows, folds, done, usable, tell, encoder)


def _blended(
    made: Plan,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    done: Sequence[Finished],
    usable: Sequence[Finished],
    tell: Callable[[str], None],
    encoder: Encoder | None,
) -> Portfolio:
    y = _held_y(rows, folds)
    calibrated = {
        f.candidate.recipe.hash: f.calibrated or _calibrate(f.candidate.recipe, f.logits, y, made.seed) for f in usable
    }
    held_fold = np.repeat(np.arange(len(folds)), [len(fold.held) for fold in folds])
    weighed = weigh([calibrated[f.candidate.recipe.hash].proba for f in usable], y, fold=held_fold)
    weights = {f.candidate.recipe.hash: w for f, w in zip(usable, weighed.weights, strict=True)}
    members, titles = [], []
    for found in usable:
        recipe = found.candidate.recipe
        if weights[recipe.hash] > 0.0:
            models = found.models or (_refit(made, recipe, rows, tell, encoder),)
            members.append((models, calibrated[recipe.hash].calibrator, weights[recipe.hash]))
            titles.append(f"{weights[recipe.hash]:.2f} {recipe.title}")
    tell(f"blend: {' + '.join(titles)}, log loss {weighed.log_loss:.4f}")
    return Portfolio(
        model=_put_together(rows, members, weighed),
        candidates=tuple(replace(f.candidate, weight=weights.get(f.candidate.recipe.hash, 0.0)) for f in done),
        log_loss=weighed.log_loss,
        held_proba=Proba(weighed.proba, rows.label_space),
        held_rows=np.concatenate([fold.held for fold in folds]),
        held_fold=held_fold,
    )


def run_one(
    made: Plan,
    recipe: Recipe,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    budget: Budget,
    encoder: Encoder | None = None,
    is_hopeless: Callable[[int, NDArray[np.float64]], bool] | None = None,
) -> Finished:
    """Cross-fit and calibrate one recipe; what fails, is cut or runs out of time is a result with its reason."""
    n_after = _MORE_FOR_ALL * float(made.is_refitted and is_refitted(recipe))
    started_s = budget.clock_s()
    try:
        found = cross_fit(
            recipe,
            rows,
            folds,
            seed=made.seed,
            n_threads=made.n_threads,
            seconds_left=budget.left_s,
            n_after=n_after,
            encoder=encoder,
            is_hopeless=is_hopeless,
        )
        calibrated = _calibrate(recipe, found.logits, _held_y(rows, folds), made.seed)
    except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
        return _failed(recipe, str(error) or type(error).__name__, rows)
    candidate = Candidate(
        recipe=recipe, log_loss=calibrated.log_loss, n_calibration=len(found.logits), calibrator=calibrated.name,
        fit_s=round(budget.clock_s() - started_s, 3), stops=tuple((stop.chosen, stop.made) for stop in found.stops),
    )  # fmt: skip
    return Finished(
        candidate=candidate, models=() if n_after else found.models, logits=found.logits, calibrated=calibrated
    )


def _failed(recipe: Recipe, failure: str, rows: LabelledRows) -> Finished:
    nothing = np.zeros((0, len(rows.label_space)))
    return Finished(candidate=Candidate(recipe=recipe, failure=failure), models=(), logits=nothing)


def owed_s(done: Sequence[Finished], folds: Sequence[FitFold]) -> float:
    """Seconds that fitting again on all rows will take, if the dearest candidates are in the blend."""
    again = sorted(f.candidate.fit_s for f in done if not f.models and not f.candidate.failure)
    return sum(_MORE_FOR_ALL * fit_s / len(folds) for fit_s in again[-_MOST_AGAIN:])


def _refit(
    made: Plan, recipe: Recipe, rows: LabelledRows, tell: Callable[[str], None], encoder: Encoder | None
) -> FittedModel:
    tell(f"{recipe.title}: fitting on all {rows.n:,} rows")
    return fit_one(
        recipe, rows, How(seed=made.seed, n_threads=made.n_threads, should_stop=lambda: False, encoder=encoder)
    )


def _put_together(
    rows: LabelledRows, members: Sequence[tuple[tuple[FittedModel, ...], Calibrator, float]], weighed: Weighted
) -> Blend:
    return Blend(
        schema=rows.schema,
        label_space=rows.label_space,
        members=tuple(BlendMember(models=m, calibrator=c, weight=w) for m, c, w in members),
        calibrator=weighed.calibrator,
    )


def _held_y(rows: LabelledRows, folds: Sequence[FitFold]) -> NDArray[np.int64]:
    return np.concatenate([rows.y_index[fold.held] for fold in folds])


def _calibrate(recipe: Recipe, logits: NDArray[np.float64], y: NDArray[np.int64], seed: int) -> Calibrated:
    if recipe.frame:
        return calibrate_frame(recipe.frame, logits, y, rng=np.random.default_rng(seed)).calibrated
    return calibrate(logits, y, rng=np.random.default_rng(seed))


def _best(done: Sequence[Finished]) -> str:
    losses = [f.candidate.log_loss for f in done if f.candidate.log_loss is not None]
    return f" (best so far: log loss {min(losses):.4f})" if losses else ""


def _outcome(candidate: Candidate) -> str:
    if candidate.failure:
        return candidate.failure.splitlines()[0]
    stopped = f", stopped at {', '.join(str(chosen) for chosen, _ in candidate.stops)}" if candidate.stops else ""
    return f"log loss {candidate.log_loss:.4f} ({candidate.calibrator}, {candidate.fit_s:.1f} s{stopped})"
