"""The families a recipe can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeVar

from classward.domain import InputSchema
from classward.errors import DataError, nearest
from classward.estimators import LinearSettings, TreeSettings, fit_featuriser, fit_linear, fit_trees
from classward.inference import Featuriser, LinearScorer, TreeScorer
from classward.lifecycle.train.family import Family, Params, TrainingRows

__all__ = ["FAMILIES", "family", "fit_lightgbm_family", "fit_linear_family", "is_refitted", "without_text"]

_Settings = TypeVar("_Settings", LinearSettings, TreeSettings)


def fit_linear_family(rows: TrainingRows, params: Params) -> tuple[Featuriser, LinearScorer]:
    """Fit a linear model over every column."""
    featuriser = fit_featuriser(rows.schema, rows.columns, rows.n)
    scorer = fit_linear(
        featuriser.transform(rows.columns, rows.n),
        rows.y_index,
        n_classes=rows.n_classes,
        settings=_settings(LinearSettings, params),
        seed=rows.seed,
    )
    return featuriser, scorer


def fit_lightgbm_family(rows: TrainingRows, params: Params) -> tuple[Featuriser, TreeScorer]:
    """Fit boosted trees over every column but text."""
    featuriser = fit_featuriser(without_text(rows.schema), rows.columns, rows.n)
    scorer = fit_trees(
        featuriser.transform(rows.columns, rows.n),
        rows.y_index,
        n_classes=rows.n_classes,
        settings=_settings(TreeSettings, params),
        seed=rows.seed,
        n_threads=rows.n_threads,
        should_stop=rows.should_stop,
    )
    return featuriser, scorer


FAMILIES: Mapping[str, Family] = MappingProxyType({"linear": fit_linear_family, "lightgbm": fit_lightgbm_family})
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


def is_refitted(name: str) -> bool:
    """Whether a family is best fitted once more on all rows, rather than kept as one model per fold.

    Families that stop early need a left-out fold to know when, and gain from the mean of several.
    """
    return name not in _STOPS_EARLY


_STOPS_EARLY = frozenset({"lightgbm", "network"})


def without_text(schema: InputSchema) -> InputSchema:
    """The columns that are not text."""
    return InputSchema(features=tuple(f for f in schema.features if f.kind != "text"))


def _settings(kind: type[_Settings], params: Params) -> _Settings:
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(params) - known)
    if unknown:
        raise DataError(
            "CW233",
            f"a recipe has a parameter that does not exist: {unknown[0]!r}{nearest(unknown[0], known)}",
            fix=f"use {', '.join(sorted(known))}",
        )
    given: dict[str, Any] = dict(params)
    return kind(**given)
