"""The families a recipe can name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from classward.domain import Recipe
from classward.errors import DataError, nearest
from classward.estimators import (
    ClusteredSettings,
    ForestSettings,
    LinearSettings,
    TreeSettings,
    fit_clustered,
    fit_featuriser,
    fit_forest,
    fit_linear,
    fit_ordinal_featuriser,
    fit_trees,
)
from classward.inference import ClusteredScorer, Features, Featuriser, ForestScorer, LinearScorer, TreeScorer
from classward.lifecycle.train.brought import fit_brought_family
from classward.lifecycle.train.family import Family, How, Params
from classward.lifecycle.train.neighbours import fit_neighbours_family
from classward.lifecycle.train.params import settings_of, without_text
from classward.lifecycle.train.rows import LabelledRows
from classward.lifecycle.train.smooth_families import fit_kernel_family, fit_network_family
from classward.lifecycle.train.text_families import fit_embedding_family, fit_likeness_family
from classward.lifecycle.train.zero_shot import fit_zero_shot_family

__all__ = [
    "ENCODED",
    "FAMILIES",
    "FITTED_ONCE",
    "WHOLE",
    "family",
    "fit_clustered_family",
    "fit_forest_family",
    "fit_lightgbm_family",
    "fit_linear_family",
    "is_refitted",
    "stops_when_asked",
    "without_text",
]


def fit_linear_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, LinearScorer]:
    """Fit a linear model over every column."""
    featuriser, features = _wide(rows)
    scorer = fit_linear(
        features,
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings_of(LinearSettings, params),
        seed=how.seed,
        weight=rows.weight,
    )
    return featuriser, scorer


def fit_clustered_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, ClusteredScorer]:
    """Fit a linear model in two steps over every column, for very many classes."""
    featuriser, features = _wide(rows)
    scorer = fit_clustered(
        features,
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings_of(ClusteredSettings, params),
        seed=how.seed,
        weight=rows.weight,
    )
    return featuriser, scorer


def _wide(rows: LabelledRows) -> tuple[Featuriser, Features]:
    if any(f.kind == "text" for f in rows.schema.features):  # words, and how rare they are, are learned fold by fold
        featuriser = fit_featuriser(rows.schema, rows.columns, rows.n, reader=rows.reader)
        return featuriser, featuriser.transform(rows.columns, rows.n)
    return rows.featurised(fit_featuriser, rows.schema)


def fit_lightgbm_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, TreeScorer]:
    """Fit boosted trees over every column but text."""
    settings = settings_of(TreeSettings, params)
    featuriser, features = rows.featurised(fit_ordinal_featuriser, without_text(rows.schema))
    scorer = fit_trees(
        features,
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings,
        seed=how.seed,
        weight=rows.weight,
        n_threads=how.n_threads,
        should_stop=how.should_stop,
        codes=featuriser.codes,
        held=None if how.held is None else (how.held.features_by(featuriser), how.held.y_index),
        noted=how.noted,
    )
    return featuriser, scorer


def fit_forest_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, ForestScorer]:
    """Fit a forest of randomised trees over every column but text."""
    featuriser, features = rows.featurised(fit_ordinal_featuriser, without_text(rows.schema))
    scorer = fit_forest(
        features,
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings_of(ForestSettings, params),
        seed=how.seed,
        weight=rows.weight,
        n_threads=how.n_threads,
        should_stop=how.should_stop,
    )
    return featuriser, scorer


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "linear": fit_linear_family,
        "clustered": fit_clustered_family,
        "lightgbm": fit_lightgbm_family,
        "forest": fit_forest_family,
        "network": fit_network_family,
        "kernel": fit_kernel_family,
        "embedding": fit_embedding_family,
        "likeness": fit_likeness_family,
        "neighbours": fit_neighbours_family,
        "zero-shot": fit_zero_shot_family,
        "brought": fit_brought_family,
    }
)
"""Family name → how to fit it."""


def family(name: str) -> Family:
    """Find a family.

    Raises
    ------
    DataError
        CW232 if none has that name; the nearest is suggested.
    """
    if name not in FAMILIES:
        raise DataError(
            "CW232",
            f"no family of models is called {name!r}{nearest(name, FAMILIES)}",
            fix=f"use {', '.join(FAMILIES)}",
        )
    return FAMILIES[name]


def is_refitted(recipe: Recipe) -> bool:
    """Whether a recipe is best fitted once more on all rows, rather than kept as one model per fold.

    Families that stop early stop elsewhere in each fold, and gain from the mean of several; those of
    :data:`FITTED_ONCE` saw all rows already. Binary questions are calibrated one by one, so that each must be one model.
    """
    return bool(recipe.frame) or recipe.family not in _STOPS_EARLY | FITTED_ONCE


def stops_when_asked(name: str) -> bool:
    """Whether a family works in rounds, so that it can be cut short and still be of use."""
    return name in _STOPS_EARLY


_STOPS_EARLY = frozenset({"lightgbm", "network"})
ENCODED = frozenset({"embedding", "likeness", "neighbours", "zero-shot"})
"""Families that read texts by an encoder."""

FITTED_ONCE = frozenset({"likeness"})
"""Families whose left-out scores follow from one fit on all rows, which is then the model."""

WHOLE = FITTED_ONCE | {"neighbours", "zero-shot"}
"""Families that cannot be asked in binary questions."""
