"""Estimators that somebody brings in, as recipes like any other."""

from __future__ import annotations

from typing import Any

from classward.domain import Recipe
from classward.estimators import (
    BroughtSettings,
    brought_by_name,
    brought_instance,
    fit_brought,
    fit_smooth_featuriser,
)
from classward.inference import Featuriser, Scorer
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.params import settings_of, without_text
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["brought_recipe", "fit_brought_family"]


def brought_recipe(estimator: str | Any, settings: str = "{}") -> Recipe:
    """Make a recipe of any estimator in scikit-learn's style, so that it is cross-fitted, calibrated and blended.

    Parameters
    ----------
    estimator : str or estimator
        ``package.module:Name``, or an estimator that is not fitted; its class and settings are noted, not the object.
    settings : str
        With a name, its settings as a JSON object.

    Raises
    ------
    UsageError
        CW340 for a class that does not exist, CW342 for settings that do not exist or cannot be written down.
    DataError
        CW341 if it is no classifier, CW343 if there is no way to answer without its library.

    Examples
    --------
    >>> brought_recipe("sklearn.naive_bayes:GaussianNB").family
    'brought'
    """
    named = brought_by_name(estimator, settings) if isinstance(estimator, str) else brought_instance(estimator)
    return Recipe(family="brought", params=(("estimator", named.estimator), ("settings", named.settings)))


def fit_brought_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, Scorer]:
    """Fit a brought estimator over every column but text: normal scores of numbers, indicators of categories."""
    settings = settings_of(BroughtSettings, params)
    featuriser = fit_smooth_featuriser(without_text(rows.schema), rows.columns, rows.n, reader=rows.reader)
    scorer = fit_brought(
        featuriser.transform(rows.columns, rows.n),
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings,
        seed=how.seed,
        n_threads=how.n_threads,
        weight=rows.weight,
    )
    return featuriser, scorer
