"""Ways to treat rare classes, and one multiclass model against many binary ones, on the same folds in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Recipe
from classward.errors import ClasswardError, DataError, UsageError, nearest
from classward.estimators import one_blas_thread
from classward.flows.budget import Budget
from classward.flows.context import Context, Tell
from classward.flows.frames import frame_option
from classward.flows.snapshot import take_snapshot
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.evaluate import Option, OptionTable, compare_options
from classward.lifecycle.train import FitFold, LabelledRows, OutOfTime, Realism, balanced, cross_fit, plan, realism

__all__ = ["OPTIONS", "Imbalance", "imbalance"]

AS_IS = "as is"
OPTIONS = {
    "inverse": "rows weigh one over the size of their class",
    "effective": "rows weigh one over the effective number of rows of their class",
    "custom": "rows weigh what was declared for their class",
    "over": "rows of rare classes repeated",
    "under": "rows of common classes left out",
    "smote": "rows put between rows of rare classes",
    "adjusted": "decisions by probability over class share; nothing is fitted again",
    "half-adjusted": "decisions by probability over the root of class share; nothing is fitted again",
    "one-vs-rest": "a binary model per class, each calibrated, put together",
    "one-vs-one": "a binary model per pair of classes, each calibrated, put together",
}
"""Name → what it does."""

_EXPONENTS = {"adjusted": 1.0, "half-adjusted": 0.5}
_FRAMES = ("one-vs-rest", "one-vs-one")
_FEWEST_FOLDS = 3
_PREFERRED = ("lightgbm", "linear")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """The comparison, the model it was made with, and what synthetic rows look like beside real ones."""

    recipe: Recipe
    n_folds: int
    table: OptionTable
    realism: tuple[Realism, ...]


def imbalance(
    ctx: Context,
    *,
    budget_s: float,
    n_threads: int,
    tell: Tell,
    family: str = "",
    options: Sequence[str] = (),
    class_weights: str = "",
) -> Imbalance:
    """Cross-fit one recipe with every option on the same folds of rows that are not sealed, and compare.

    Rows are weighed, repeated, left out or made inside the fitted part of a fold only; calibration and scores see rows as
    they come. No option sees the rows it is scored on, not even to stop. Nothing is registered.

    Parameters
    ----------
    budget_s : float
        Seconds for all options; what would not finish is left out and says so.
    family : str
        Which planned recipe to compare with; empty for boosted trees where there are columns other than text, else linear.
    options : sequence of str
        Names from :data:`OPTIONS`; empty for all but the frames, and ``custom`` only with weights.
    class_weights : str
        JSON object from class to weight, for ``custom``.

    Raises
    ------
    UsageError
        CW351 for an option or family that does not exist; CW349 for weights that cannot be used.
    DataError
        CW352 if the model without any option could not be fitted.
    """
    budget = Budget(clock_s=ctx.clock.monotonic_s, ends_s=ctx.clock.monotonic_s() + budget_s)
    names = _names(options, class_weights)
    data = take_snapshot(ctx, tell)
    made = plan(
        schema=ctx.task.schema, n_rows=data.n_development, n_classes=len(data.label_space), budget_s=max(budget_s, 30.0),
        seed=ctx.task.seed, n_threads=n_threads, task_hash=ctx.task.hash, dataset_hash=data.dataset.hash,
        rows_hash=data.split.rows_hash, is_time_ordered=ctx.task.time_column is not None,
    )  # fmt: skip
    recipe = _recipe(made.recipes, family)
    n_folds = made.n_folds if ctx.task.time_column is not None else max(made.n_folds, _FEWEST_FOLDS)
    rows, folds = data.development(ctx, n_folds=n_folds)
    if "custom" in names:
        balanced(rows, "custom", class_weights=class_weights, rng=np.random.default_rng(0))  # refuse mistakes early
    run = _Run(recipe=recipe, rows=rows, folds=folds, seed=ctx.task.seed, n_threads=n_threads, budget=budget)
    with one_blas_thread():
        done = _all(run, names, class_weights, tell)
    y = np.concatenate([rows.y_index[fold.held] for fold in folds])
    table = compare_options(done, y, rows.label_space, rng=np.random.default_rng(ctx.task.seed))
    looked = _realism(rows, ctx.task.seed) if "smote" in names else ()
    return Imbalance(recipe=recipe, n_folds=len(folds), table=table, realism=looked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    recipe: Recipe
    rows: LabelledRows
    folds: tuple[FitFold, ...]
    seed: int
    n_threads: int
    budget: Budget


def _all(run: _Run, names: Sequence[str], class_weights: str, tell: Tell) -> list[Option]:
    first = _fitted(run, AS_IS, "rows and decisions as they come", (), _share(run.budget, len(names) + 1))
    if first.failure:
        raise DataError(
            "CW352",
            "the model to compare with could not be fitted",
            got=f"{run.recipe.title}: {first.failure.splitlines()[0]}",
            fix="give a larger --budget, or another --family",
        )
    tell("compare", f"{AS_IS}: {first.fit_s:.1f} s")
    done = [first]
    fitted = [name for name in names if name not in _EXPONENTS]
    for i, name in enumerate(fitted):
        left_s = _share(run.budget, len(fitted) - i)
        if name in _FRAMES:
            done.append(_frame(run, name, left_s))
        else:
            params = (("balance", name), *((("class_weights", class_weights),) if name == "custom" else ()))
            done.append(_fitted(run, name, OPTIONS[name], params, left_s))
        tell(
            "compare", f"{name}: {done[-1].failure.splitlines()[0] if done[-1].failure else f'{done[-1].fit_s:.1f} s'}"
        )
    done += [_decided(run, first, name) for name in names if name in _EXPONENTS]
    return sorted(done, key=lambda option: [AS_IS, *OPTIONS].index(option.name))


def _share(budget: Budget, n_left: int) -> Callable[[], float]:
    """Seconds left of an equal part of what is left now."""
    ends_s = budget.clock_s() + budget.left_s() / n_left
    return lambda: ends_s - budget.clock_s()


def _fitted(
    run: _Run, name: str, about: str, params: tuple[tuple[str, str], ...], left_s: Callable[[], float]
) -> Option:
    recipe = replace(run.recipe, params=(*run.recipe.params, *params))
    started_s, n = run.budget.clock_s(), len(run.folds)
    try:
        logits = np.concatenate(
            [
                cross_fit(
                    recipe, run.rows, [fold], seed=run.seed, n_threads=run.n_threads, seconds_left=left_s,
                    n_after=n - 1 - i,
                ).logits
                for i, fold in enumerate(run.folds)
            ]
        )  # fmt: skip
        y = np.concatenate([run.rows.y_index[fold.held] for fold in run.folds])
        proba = calibrate(logits, y, rng=np.random.default_rng(run.seed)).proba
    except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
        return _failure(name, about, str(error) or type(error).__name__)
    return Option(
        name=name, about=about, proba=proba, answers=proba.argmax(axis=1), raw_answers=logits.argmax(axis=1), n_fits=n,
        fit_s=round(run.budget.clock_s() - started_s, 3),
    )  # fmt: skip


def _frame(run: _Run, name: str, left_s: Callable[[], float]) -> Option:
    started_s = run.budget.clock_s()
    try:
        option = frame_option(
            run.recipe, run.rows, run.folds, is_one_vs_one=name == "one-vs-one", seed=run.seed, n_threads=run.n_threads,
            seconds_left=left_s,
        )  # fmt: skip
    except (OutOfTime, ClasswardError, ValueError, ArithmeticError, MemoryError) as error:
        return _failure(name, OPTIONS[name], str(error) or type(error).__name__)
    return replace(option, name=name, about=OPTIONS[name], fit_s=round(run.budget.clock_s() - started_s, 3))


def _decided(run: _Run, first: Option, name: str) -> Option:
    """Decide by p / prior^τ, with the shares of the rows each fold was fitted on."""
    k = len(run.rows.label_space)
    prior = np.concatenate([np.tile(_prior(run.rows.y_index[fold.fit], k), (len(fold.held), 1)) for fold in run.folds])
    answers = (first.proba * prior ** -_EXPONENTS[name]).argmax(axis=1)
    return replace(first, name=name, about=OPTIONS[name], answers=answers, is_decision=True, n_fits=0, fit_s=0.0)


def _prior(y: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    return np.asarray((np.bincount(y, minlength=k) + 0.5) / (len(y) + 0.5 * k))


def _failure(name: str, about: str, failure: str) -> Option:
    nothing = np.zeros(0, dtype=np.int64)
    return Option(name=name, about=about, proba=np.zeros((0, 0)), answers=nothing, raw_answers=nothing, failure=failure)


def _names(options: Sequence[str], class_weights: str) -> tuple[str, ...]:
    for name in options:
        if name not in OPTIONS:
            raise UsageError(
                "CW351", f"no option is called {name!r}{nearest(name, OPTIONS)}", fix=f"use {', '.join(OPTIONS)}"
            )
    if "custom" in options and not class_weights:
        raise UsageError(
            "CW349", "the option 'custom' needs weights of classes", fix="give --class-weights '{\"refund\": 3.0}'"
        )
    left_out = {*_FRAMES, *(() if class_weights else ("custom",))}
    return tuple(options) or tuple(name for name in OPTIONS if name not in left_out)


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
