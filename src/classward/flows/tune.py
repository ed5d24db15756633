"""With time left: turn the knobs of the families that did best, cut what is hopeless, keep every trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import Plan, Recipe
from classward.estimators import Search, can_search, fit_temperature, one_blas_thread
from classward.flows.budget import Budget
from classward.flows.portfolio import Finished, owed_s, run_one
from classward.inference import log_softmax
from classward.lifecycle.train import KNOBS, FitFold, LabelledRows, knobs_of, turned

__all__ = ["tune"]

_FAMILIES = 3
_MOST_TRIALS = 400


def tune(
    made: Plan,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    done: Sequence[Finished],
    *,
    budget: Budget,
    kept: Callable[[Recipe], Finished | None],
    finish: Callable[[Finished], Finished],
    tell: Callable[[str], None],
    is_strength_asked: bool = False,
) -> tuple[Finished, ...]:
    """Try more settings of the best families in turn until what is left is kept for the last fits.

    Every trial is a candidate: scored on the same folds, recorded with its settings, its score or why it was cut, and
    eligible for the blend. A trial worse than most after some of its folds is cut there.

    Parameters
    ----------
    made, rows, folds, done
        The plan, and the candidates it made.
    budget : Budget
        When to be done.
    kept, finish, tell
        As for :func:`~classward.flows.portfolio.run_plan`.
    is_strength_asked : bool
        Whether a person set the strength of regularisation, which is then not turned.
    """
    ranked = sorted(
        (f for f in done if f.candidate.log_loss is not None and f.candidate.recipe.family in KNOBS),
        key=lambda f: f.candidate.log_loss or 0.0,
    )[:_FAMILIES]
    if not ranked:
        return ()
    if not can_search():
        tell("tuning is left out: it needs optuna (pip install 'classward[tune]')")
        return ()
    searches = {
        family: Search(knobs_of(family, is_strength_asked=is_strength_asked), seed=made.seed)
        for family in (f.candidate.recipe.family for f in ranked)
    }
    trials: list[Finished] = []
    best = min(f.candidate.log_loss or 0.0 for f in ranked)
    for number in range(_MOST_TRIALS):
        base = ranked[number % len(ranked)].candidate
        left_s = budget.left_s() - made.budget_s * made.for_blending - owed_s([*done, *trials], folds)
        if left_s < 1.3 * base.fit_s:
            break
        search = searches[base.recipe.family]
        recipe = turned(base.recipe, search.ask())
        found = kept(recipe)
        if found is None:
            ends_s = budget.clock_s() + min(left_s, 3.0 * base.fit_s)
            with one_blas_thread():
                tried = run_one(
                    made, recipe, rows, folds, Budget(clock_s=budget.clock_s, ends_s=ends_s),
                    is_hopeless=_judge(search, rows, folds),
                )  # fmt: skip
            found = finish(tried)
        loss = found.candidate.log_loss
        search.tell(loss, is_pruned=loss is None)
        trials.append(found)
        if loss is not None and loss < best:
            best = loss
            tell(f"trial {number + 1}, {recipe.family}: log loss {loss:.4f}, the best so far ({left_s:.0f} s left)")
    n_cut = sum(f.candidate.log_loss is None for f in trials)
    tell(f"tuned {', '.join(searches)}: {len(trials)} trials, {n_cut} of them cut")
    return tuple(trials)


def _judge(search: Search, rows: LabelledRows, folds: Sequence[FitFold]) -> Callable[[int, NDArray[np.float64]], bool]:
    """Whether a trial is hopeless after its first folds, by the mean of their log losses at their best temperature."""
    losses: list[float] = []

    def is_hopeless(fold: int, logits: NDArray[np.float64]) -> bool:
        y = rows.y_index[folds[fold].held]
        scaled = log_softmax(logits / fit_temperature(logits, y, min_per_class=0))
        losses.append(float(-scaled[np.arange(len(y)), y].mean()))
        return search.is_hopeless(fold, float(np.mean(losses)))

    return is_hopeless
