"""Checks that run with every training: what cannot be learned must not look learned."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Recipe
from classward.errors import DataError
from classward.flows.context import Context
from classward.flows.snapshot import TrainingData
from classward.lifecycle.calibrate import put_together
from classward.lifecycle.train import How, LabelledRows, fit_one

__all__ = ["sanity_checks", "shuffled_outcome"]

_MOST_ROWS = 1500


def sanity_checks(
    ctx: Context, data: TrainingData, recipe: Recipe, *, n_threads: int, left_s: float = math.inf, fit_s: float = 0.0
) -> tuple[tuple[str, str, str], ...]:
    """Fit on shuffled labels and look at how well that predicts; list (name, outcome, detail).

    With labels shuffled there is nothing to learn, so accuracy on held-out rows must stay near the largest class share.
    The run stops if it is higher by more than chance allows (one-sided 1 in 10,000).

    Parameters
    ----------
    left_s : float
        Seconds that may go into it; a check that would need more is not passed over but listed as not enough evidence.
    fit_s : float
        What one fit of ``recipe`` on all rows took (seconds); at most 1,500 rows are fitted here.

    Raises
    ------
    DataError
        CW244 if shuffled labels can be predicted: rows or labels leak between folds.
    """
    needed_s = fit_s * min(1.0, _MOST_ROWS / max(1, data.n_development))
    if needed_s > left_s:
        return (("shuffled labels", "not enough evidence", f"no time: it needs about {needed_s:.1f} s more"),)
    rng = np.random.default_rng(ctx.task.seed)
    rows = rng.permutation(data.folds.train)[:_MOST_ROWS]
    held = rng.permutation(data.folds.calibration)[:_MOST_ROWS]
    chosen, apart = (
        LabelledRows(
            columns=data.columns(some, ctx), n=len(some), y_index=data.y_index[some], schema=ctx.task.schema,
            label_space=data.label_space, reader=data.reader,
        )
        for some in (rows, held)
    )  # fmt: skip
    outcome, detail = shuffled_outcome(recipe, chosen, apart, rng=rng, seed=ctx.task.seed, n_threads=n_threads)
    if outcome == "failed":
        raise DataError(
            "CW244",
            "a model trained on shuffled labels predicts the held-out rows",
            got=detail,
            why="there is nothing to learn from shuffled labels, so rows leak between the folds",
            fix="look for rows or groups that appear in several folds; name a group or time column",
        )
    return (("shuffled labels", outcome, detail),)


def shuffled_outcome(
    recipe: Recipe, rows: LabelledRows, held: LabelledRows, *, rng: np.random.Generator, seed: int, n_threads: int
) -> tuple[str, str]:
    """Fit a recipe on rows whose labels are shuffled, measure it on others; ``passed``, ``failed`` or not enough evidence.

    Held rows of a class that no fitted row has are left out: they could not be named.
    """
    shuffled = _shuffled(rows.y_index, rng)
    held = held.take(np.flatnonzero(np.isin(held.y_index, shuffled)))
    if len(np.unique(shuffled)) < 3 or not held.n:
        return "not enough evidence", "too few rows to check"
    model = fit_one(
        recipe,
        replace(rows, y_index=shuffled, origin=None, positions=None),
        How(seed=seed, n_threads=n_threads, should_stop=lambda: False),
    )
    said = model.logits(held.columns, held.n)
    predicted = (put_together(recipe.frame, said) if recipe.frame else said).argmax(axis=1)
    accuracy = float(np.mean(predicted == held.y_index))
    chance = float(np.bincount(held.y_index).max() / held.n)
    limit = chance + 3.72 * math.sqrt(max(chance * (1 - chance), 1 / held.n) / held.n)
    detail = f"accuracy {accuracy:.3f} on {held.n} rows; largest class {chance:.3f}; limit {limit:.3f}"
    return ("failed" if accuracy > limit else "passed"), detail


def _shuffled(y_index: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.permutation(y_index)
