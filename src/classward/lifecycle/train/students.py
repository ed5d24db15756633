"""Small models that learn a large one's answers instead of labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema, Recipe
from classward.estimators import (
    LinearSettings,
    TreeSettings,
    fit_featuriser,
    fit_linear,
    fit_ordinal_featuriser,
    fit_trees,
)
from classward.inference import Featuriser, FittedModel, Identity, Scorer
from classward.lifecycle.train.family import How
from classward.lifecycle.train.params import without_text
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["fit_student", "students"]

_TERMS = (32_768, 8_192, 2_048, 512, 128)
_ROUNDS = (120, 40, 12)
_MOST_TREES = 2_400


def students(schema: InputSchema, n_classes: int) -> tuple[Recipe, ...]:
    """Recipes to try, the largest of a kind first: linear models, over fewer and fewer terms of texts, and small trees."""
    table = without_text(schema)
    if len(table.features) < len(schema.features):
        return tuple(Recipe(family="linear", params=(("c", 20.0), ("most_terms", terms))) for terms in _TERMS)
    rounds = [max(4, min(n, _MOST_TREES // n_classes)) for n in _ROUNDS]
    trees = [Recipe(family="lightgbm", params=(("iterations", n), ("leaves", 8))) for n in dict.fromkeys(rounds)]
    return (*trees, Recipe(family="linear", params=(("c", 0.5),)))


def fit_student(recipe: Recipe, rows: LabelledRows, targets: NDArray[np.float64], how: How) -> FittedModel:
    """Fit a small model to soft targets; it is not calibrated.

    Parameters
    ----------
    recipe : Recipe
        From :func:`students`.
    rows : LabelledRows
        Rows; their labels only say when boosting should stop.
    targets : float array of shape (n, n_classes)
        Probabilities of a model that never saw the rows.
    how : How
        Seed, threads.

    References
    ----------
    Hinton, Vinyals, Dean (2015). Distilling the knowledge in a neural network. arXiv 1503.02531.
    """
    params, n_classes = dict(recipe.params), len(rows.label_space)
    if recipe.family == "linear":
        featuriser = fit_featuriser(
            rows.schema, rows.columns, rows.n, most_terms=int(params.get("most_terms", _TERMS[0]))
        )
        scorer = fit_linear(
            featuriser.transform(rows.columns, rows.n), rows.y_index, n_classes=n_classes, seed=how.seed,
            settings=LinearSettings(solver="softmax", c=float(params["c"]), iterations=150),
            targets=_renormalised(rows, targets),
        )  # fmt: skip
        return _model(rows, featuriser, scorer, recipe)
    ordinal = fit_ordinal_featuriser(without_text(rows.schema), rows.columns, rows.n)
    trees = fit_trees(
        ordinal.transform(rows.columns, rows.n), rows.y_index, n_classes=n_classes, seed=how.seed,
        n_threads=how.n_threads, should_stop=how.should_stop, codes=ordinal.codes, targets=_renormalised(rows, targets),
        settings=TreeSettings(
            iterations=int(params["iterations"]), leaves=int(params["leaves"]), learning_rate=0.12, patience=1000
        ),
    )  # fmt: skip
    return _model(rows, ordinal, trees, recipe)


def _renormalised(rows: LabelledRows, targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Targets over classes that have rows, the only ones a fit knows."""
    kept = np.where(np.isin(np.arange(targets.shape[1]), rows.y_index), targets, 0.0)
    return np.asarray(kept / np.maximum(kept.sum(axis=1, keepdims=True), 1e-12))


def _model(rows: LabelledRows, featuriser: Featuriser, scorer: Scorer, recipe: Recipe) -> FittedModel:
    return FittedModel(
        schema=rows.schema, label_space=rows.label_space, featuriser=featuriser, scorer=scorer,
        calibrator=Identity(), family=recipe.family,
    )  # fmt: skip
