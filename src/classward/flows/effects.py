"""What ways of training and deciding do to each class, compared on the same folds in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace, Recipe
from classward.errors import ClasswardError, DataError, UsageError, nearest
from classward.estimators import one_blas_thread
from classward.flows.budget import Budget
from classward.flows.context import Context, Tell
from classward.flows.effect_options import DECISIONS, FRAMES, OPTIONS, PAIRS, named_options, treatment_named
from classward.flows.frames import one_vs_one_option
from classward.flows.snapshot import TrainingData, take_snapshot
from classward.inference import Calibrator, FittedModel, Proba
from classward.lifecycle.calibrate import Calibrated, binary_figures, calibrate, calibrate_frame
from classward.lifecycle.evaluate import Option, OptionTable, RobustnessReport, compare_options, robustness
from classward.lifecycle.train import (
    NOISES,
    PERTURBATIONS,
    ROBUST_LOSS,
    FitFold,
    LabelledRows,
    OutOfTime,
    Realism,
    balanced,
    cross_fit,
    fitting_perturbations,
    frame_params,
    perturbed,
    plan,
    realism,
    softened,
    treated,
)
from classward.statistics import log_losses, spoken_labels

__all__ = ["Effects", "effects"]

AS_IS = "as is"
_MOST_FITTED_ROWS = 1000
_FEWEST_OF_CLASS = 5
_FEWEST_FOLDS = 3
_PREFERRED = ("lightgbm", "linear", "clustered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The comparison, the model it was made with, and what belongs to some options alone.

    ``checked`` is the same comparison on rows whose labels are trusted: those of ``trusted`` ids, or else those that the
    first option does not suspect (which favours it); ``checked_by`` says which. ``robustness`` says per option what
    perturbations do; ``realism`` what synthetic rows look like beside real ones.
    """

    recipe: Recipe
    n_folds: int
    table: OptionTable
    checked: OptionTable | None
    checked_by: str
    robustness: tuple[tuple[str, RobustnessReport], ...]
    realism: tuple[Realism, ...]


def effects(
    ctx: Context,
    *,
    budget_s: float,
    n_threads: int,
    tell: Tell,
    topic: str = "",
    family: str = "",
    options: Sequence[str] = (),
    class_weights: str = "",
    trusted: frozenset[str] = frozenset(),
) -> Effects:
    """Cross-fit one recipe with every option on the same folds of rows that are not sealed, and compare.

    Rows are weighed, repeated, left out, changed or made inside the fitted part of a fold only; calibration and scores see
    rows as they come. No option sees the rows it is scored on, not even to stop. Nothing is registered.

    Parameters
    ----------
    budget_s : float
        Seconds for all options; what would not finish is left out and says so.
    topic : str
        Which question to ask: a name from :data:`~classward.flows.effect_options.TOPICS`.
    family : str
        Which planned recipe to compare with; empty for boosted trees where there are columns other than text, else linear.
    options : sequence of str
        Names from :data:`~classward.flows.effect_options.OPTIONS`.
    class_weights : str
        JSON object from class to weight, for ``custom``.
    trusted : frozenset of str
        Values of the task's id column whose labels somebody checked; options against noise are judged on them.

    Raises
    ------
    UsageError
        CW351 for an option, topic or family that does not exist; CW291 for ``ordinal`` without an order; CW349 for weights
        that cannot be used; CW373 for trusted ids that cannot be found.
    DataError
        CW352 if the model without any option could not be fitted.
    """
    budget = Budget(clock_s=ctx.clock.monotonic_s, ends_s=ctx.clock.monotonic_s() + budget_s)
    names = named_options(topic, options, class_weights)
    data = take_snapshot(ctx, tell)
    made = plan(
        schema=ctx.task.schema, n_rows=data.n_development, n_classes=len(data.label_space), budget_s=max(budget_s, 30.0),
        seed=ctx.task.seed, n_threads=n_threads, task_hash=ctx.task.hash, dataset_hash=data.dataset.hash,
        rows_hash=data.split.rows_hash, is_time_ordered=ctx.task.time_column is not None,
    )  # fmt: skip
    if "ordinal" in names and not data.label_space.is_ordered:
        frame_params("" if topic == "frames" else "ordinal", is_ordered=False)  # asked for by name, it is refused
        names = tuple(name for name in names if name != "ordinal")
    recipe = _recipe(made.recipes, family)
    if any(treatment_named(name, class_weights).is_of_loss for name in names if name not in (*FRAMES, *DECISIONS)):
        recipe = softened(recipe)
    n_folds = made.n_folds if ctx.task.time_column is not None else max(made.n_folds, _FEWEST_FOLDS)
    rows, folds = data.development(ctx, n_folds=n_folds)
    if "custom" in names:
        balanced(rows, "custom", class_weights=class_weights, rng=np.random.default_rng(0))  # refuse mistakes early
    run = _Run(
        recipe=recipe, rows=rows, folds=folds, seed=ctx.task.seed, n_threads=n_threads, budget=budget,
        perturbations=fitting_perturbations(rows.schema) if "perturbed" in names else (),
    )  # fmt: skip
    with one_blas_thread():
        done = _all(run, names, class_weights, tell)
    y = np.concatenate([rows.y_index[fold.held] for fold in folds])
    options_done = [one.option for one in done]
    table = compare_options(options_done, y, rows.label_space, rng=np.random.default_rng(ctx.task.seed))
    checked, checked_by = None, ""
    if trusted or {*NOISES, ROBUST_LOSS} & set(names):
        keep, checked_by = _trusted(ctx, data, np.concatenate([f.held for f in folds]), trusted, options_done[0], y)
        checked = _checked(options_done, keep, y, rows.label_space, np.random.default_rng(ctx.task.seed))
    return Effects(
        recipe=recipe, n_folds=len(folds), table=table, checked=checked, checked_by=checked_by,
        robustness=tuple((one.option.name, one.robustness) for one in done if one.robustness is not None),
        realism=_realism(rows, ctx.task.seed) if "smote" in names else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    recipe: Recipe
    rows: LabelledRows
    folds: tuple[FitFold, ...]
    seed: int
    n_threads: int
    budget: Budget
    perturbations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    option: Option
    robustness: RobustnessReport | None = None


def _all(run: _Run, names: Sequence[str], class_weights: str, tell: Tell) -> list[_Done]:
    first = _fitted(run, AS_IS, "rows and decisions as they come", run.recipe, _share(run.budget, len(names) + 1))
    if first.option.failure:
        raise DataError(
            "CW352",
            "the model to compare with could not be fitted",
            got=f"{run.recipe.title}: {first.option.failure.splitlines()[0]}",
            fix="give a larger --budget, or another --family",
        )
    tell("compare", f"{AS_IS}: {first.option.fit_s:.1f} s")
    done = [first]
    fitted = [name for name in names if name not in DECISIONS]
    for i, name in enumerate(fitted):
        left_s = _share(run.budget, len(fitted) - i)
        if name == PAIRS:
            done.append(_Done(option=_pairs(run, name, left_s)))
        elif name in FRAMES:
            recipe = replace(run.recipe, params=(*run.recipe.params, ("frame", name)))
            done.append(_fitted(run, name, OPTIONS[name], recipe, left_s))
        else:
            recipe = treated(run.recipe, treatment_named(name, class_weights))
            done.append(
                _fitted(run, name, OPTIONS[name], recipe, left_s) if recipe != run.recipe else _no_such(run, name)
            )
        made = done[-1].option
        tell("compare", f"{name}: {made.failure.splitlines()[0] if made.failure else f'{made.fit_s:.1f} s'}")
    done += [_Done(option=_decided(run, first.option, name)) for name in names if name in DECISIONS]
    return sorted(done, key=lambda one: [AS_IS, *OPTIONS].index(one.option.name))


def _no_such(run: _Run, name: str) -> _Done:
    return _Done(option=_failure(name, OPTIONS[name], f"the family {run.recipe.family!r} has nothing of the kind"))


def _share(budget: Budget, n_left: int) -> Callable[[], float]:
    """Seconds left of an equal part of what is left now."""
    ends_s = budget.clock_s() + budget.left_s() / n_left
    return lambda: ends_s - budget.clock_s()


def _fitted(run: _Run, name: str, about: str, recipe: Recipe, left_s: Callable[[], float]) -> _Done:
    started_s, n = run.budget.clock_s(), len(run.folds)
    try:
        fits = [
            cross_fit(
                recipe, run.rows, [fold], seed=run.seed, n_threads=run.n_threads, seconds_left=left_s, n_after=n - 1 - i
            )
            for i, fold in enumerate(run.folds)
        ]
        logits = np.concatenate([fit.logits for fit in fits])
        y = np.concatenate([run.rows.y_index[fold.held] for fold in run.folds])
        found, raw, questions = _calibrated(run, recipe, logits, y)
        models = [fit.models[0] for fit in fits]
        losses = _fitted_losses(run, models, found.calibrator)
        robust = _robustness(run, models, found, y) if run.perturbations else None
    except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
        return _Done(option=_failure(name, about, str(error) or type(error).__name__))
    option = Option(
        name=name, about=about, proba=found.proba, answers=found.proba.argmax(axis=1),
        raw_answers=raw.argmax(axis=1), n_fits=n * max(1, len(questions)), binary_ece=questions,
        fit_s=round(run.budget.clock_s() - started_s, 3),
        fitted_losses=losses, stops=tuple((stop.chosen, stop.made) for fit in fits for stop in fit.stops),
    )  # fmt: skip
    return _Done(option=option, robustness=robust)


def _calibrated(
    run: _Run, recipe: Recipe, logits: NDArray[np.float64], y: NDArray[np.int64]
) -> tuple[Calibrated, NDArray[np.float64], tuple[tuple[str, float], ...]]:
    """The calibration, what answers before it, and for frames the calibration error of every binary model."""
    rng = np.random.default_rng(run.seed)
    if not recipe.frame:
        return calibrate(logits, y, rng=rng), logits, ()
    found = calibrate_frame(recipe.frame, logits, y, rng=rng)
    asked = binary_figures(recipe.frame, found.yes, y, run.rows.label_space, rng=rng)
    raw = found.calibrated.proba if recipe.frame == "ordinal" else logits
    return found.calibrated, raw, tuple((one.question, round(one.ece, 6)) for one in asked)


def _fitted_losses(run: _Run, models: Sequence[FittedModel], calibrator: Calibrator) -> NDArray[np.float64]:
    """Log losses of a sample of the rows each fold was fitted on, all classes as they come."""
    out = []
    for fold, model in zip(run.folds, models, strict=True):
        rows = run.rows.take(fold.fit[:: -(-len(fold.fit) // _MOST_FITTED_ROWS)])
        out.append(log_losses(calibrator.apply(model.logits(rows.columns, rows.n)), rows.y_index))
    return np.concatenate(out)


def _robustness(run: _Run, models: Sequence[FittedModel], found: Calibrated, y: NDArray[np.int64]) -> RobustnessReport:
    """Held rows perturbed, each answered by the model that never saw it."""
    space, after = run.rows.label_space, {}
    as_is = _answers(run, models, found.calibrator, "")
    for name in run.perturbations:
        proba = _answers(run, models, found.calibrator, name)
        after[name] = (PERTURBATIONS[name].about, Proba(proba, space))
    return robustness(Proba(as_is, space), after, y, rng=np.random.default_rng(run.seed))


def _answers(run: _Run, models: Sequence[FittedModel], calibrator: Calibrator, name: str) -> NDArray[np.float64]:
    out = []
    for i, (fold, model) in enumerate(zip(run.folds, models, strict=True)):
        held = run.rows.take(fold.held)
        rng = np.random.default_rng([run.seed, i])
        columns = perturbed(held.columns, held.schema, name, rng) if name else held.columns
        out.append(calibrator.apply(model.logits(columns, held.n)))
    return np.concatenate(out)


def _pairs(run: _Run, name: str, left_s: Callable[[], float]) -> Option:
    started_s = run.budget.clock_s()
    try:
        option = one_vs_one_option(
            run.recipe, run.rows, run.folds, seed=run.seed, n_threads=run.n_threads, seconds_left=left_s
        )
    except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
        return _failure(name, OPTIONS[name], str(error) or type(error).__name__)
    return replace(option, name=name, about=OPTIONS[name], fit_s=round(run.budget.clock_s() - started_s, 3))


def _decided(run: _Run, first: Option, name: str) -> Option:
    """Decide by p / prior^τ, with the shares of the rows each fold was fitted on."""
    k = len(run.rows.label_space)
    prior = np.concatenate([np.tile(_prior(run.rows.y_index[fold.fit], k), (len(fold.held), 1)) for fold in run.folds])
    answers = (first.proba * prior ** -DECISIONS[name]).argmax(axis=1)
    return replace(first, name=name, about=OPTIONS[name], answers=answers, is_decision=True, n_fits=0, fit_s=0.0)


def _prior(y: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    return np.asarray((np.bincount(y, minlength=k) + 0.5) / (len(y) + 0.5 * k))


def _failure(name: str, about: str, failure: str) -> Option:
    nothing = np.zeros(0, dtype=np.int64)
    return Option(name=name, about=about, proba=np.zeros((0, 0)), answers=nothing, raw_answers=nothing, failure=failure)


def _trusted(
    ctx: Context, data: TrainingData, held: NDArray[np.int64], ids: frozenset[str], first: Option, y: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], str]:
    """Which held rows have labels to judge by."""
    if not ids:
        keep = ~spoken_labels(first.proba, y, fewest_rows=_FEWEST_OF_CLASS).is_suspect
        return keep, f"{int(keep.sum()):,} rows whose label '{AS_IS}' does not suspect, which favours it"
    column = ctx.task.id_column
    if not column:
        fix = "name it as 'id' under [task] in the task file"
        raise UsageError("CW373", "rows with trusted labels need an id column", fix=fix)
    development = np.sort(np.concatenate([data.folds.train, data.folds.calibration]))
    names = [str(v) for v in data.table[column][development[held]].to_list()]
    keep = np.array([name in ids for name in names])
    if not keep.any():
        raise UsageError(
            "CW373", "none of the rows with trusted labels can be found", got=f"{len(ids):,} ids, none of a row that is not "
            "sealed", fix=f"list values of the column {column!r}",
        )  # fmt: skip
    return keep, f"{int(keep.sum()):,} rows whose labels were checked"


def _checked(
    options: Sequence[Option],
    keep: NDArray[np.bool_],
    y: NDArray[np.int64],
    space: LabelSpace,
    rng: np.random.Generator,
) -> OptionTable | None:
    if not keep.any():
        return None
    kept = [
        option if option.failure
        else replace(
            option, proba=option.proba[keep], answers=option.answers[keep], raw_answers=option.raw_answers[keep]
        )
        for option in options
    ]  # fmt: skip
    return compare_options(kept, y[keep], space, rng=rng)


def _recipe(recipes: Sequence[Recipe], family: str) -> Recipe:
    planned = {recipe.family: recipe for recipe in recipes}
    if family and family not in planned:
        raise UsageError(
            "CW351",
            f"the plan for these rows has no family {family!r}{nearest(family, planned)}",
            fix=f"use {', '.join(planned)}",
        )
    return planned[family or next(name for name in _PREFERRED if name in planned)]


def _realism(rows: LabelledRows, seed: int) -> tuple[Realism, ...]:
    """Look at rows made from all rows that are not sealed; those that were compared were made fold by fold."""
    made = balanced(rows, "smote", rng=np.random.default_rng(seed))
    return realism(made, rows.n, rng=np.random.default_rng(seed))
