"""Checks that run with every training: what cannot be learned must not look learned."""

from __future__ import annotations

import math

import numpy as np

from classward.domain import Recipe
from classward.errors import DataError
from classward.flows.context import Context
from classward.flows.snapshot import TrainingData
from classward.lifecycle.train import How, LabelledRows, fit_one

__all__ = ["sanity_checks"]

_MOST_ROWS = 1500


def sanity_checks(
    ctx: Context, data: TrainingData, recipe: Recipe, *, n_threads: int
) -> tuple[tuple[str, str, str], ...]:
    """Fit on shuffled labels and look at how well that predicts; list (name, outcome, detail).

    With labels shuffled there is nothing to learn, so accuracy on held-out rows must stay near the largest class share.
    The run stops if it is higher by more than chance allows (one-sided 1 in 10,000).

    Raises
    ------
    DataError
        CW244 if shuffled labels can be predicted: rows or labels leak between folds.
    """
    rng = np.random.default_rng(ctx.task.seed)
    rows = rng.permutation(data.folds.train)[:_MOST_ROWS]
    held = rng.permutation(data.folds.calibration)[:_MOST_ROWS]
    shuffled = rng.permutation(data.y_index[rows])
    kept = np.flatnonzero(np.isin(data.y_index[held], shuffled))
    if len(np.unique(shuffled)) < 3 or not len(kept):
        return (("shuffled labels", "not enough evidence", "too few rows to check"),)
    chosen = LabelledRows(
        columns=data.columns(rows, ctx), n=len(rows), y_index=shuffled, schema=ctx.task.schema,
        label_space=data.label_space, reader=data.reader,
    )  # fmt: skip
    model = fit_one(recipe, chosen, How(seed=ctx.task.seed, n_threads=n_threads, should_stop=lambda: False))
    predicted = model.logits(data.columns(held, ctx), len(held)).argmax(axis=1)
    accuracy = float(np.mean(predicted == data.y_index[held]))
    chance = float(np.bincount(data.y_index[held]).max() / len(held))
    limit = chance + 3.72 * math.sqrt(max(chance * (1 - chance), 1 / len(held)) / len(held))
    detail = f"accuracy {accuracy:.3f} on {len(held)} rows; largest class {chance:.3f}; limit {limit:.3f}"
    if accuracy > limit:
        raise DataError(
            "CW244",
            "a model trained on shuffled labels predicts the held-out rows",
            got=detail,
            why="there is nothing to learn from shuffled labels, so rows leak between the folds",
            fix="look for rows or groups that appear in several folds; name a group or time column",
        )
    return (("shuffled labels", "passed", detail),)
