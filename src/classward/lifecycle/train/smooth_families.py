"""Families that want features of like scale without gaps."""

from __future__ import annotations

from classward.errors import DataError, nearest
from classward.estimators import KernelSettings, NetworkSettings, fit_kernel, fit_network
from classward.inference import Features, Featuriser, KernelScorer, NetworkScorer
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.params import settings_of, without_text
from classward.lifecycle.train.rows import LabelledRows
from classward.lifecycle.train.scaling import AUTO, SCALED, best_scaling

__all__ = ["fit_kernel_family", "fit_network_family"]


def fit_network_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, NetworkScorer]:
    """Fit a small network over every column but text, brought to like scale by ``scaling`` (found by trial unless said)."""
    featuriser, features, params = _scaled(rows, params)
    scorer = fit_network(
        features,
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings_of(NetworkSettings, params),
        seed=how.seed,
        weight=rows.weight,
        should_stop=how.should_stop,
        held=None if how.held is None else (how.held.features_by(featuriser), how.held.y_index),
        noted=how.noted,
    )
    return featuriser, scorer


def fit_kernel_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, KernelScorer]:
    """Fit kernel support vector machines over every column but text, scaled as for a network."""
    featuriser, features, params = _scaled(rows, params)
    settings = settings_of(KernelSettings, params)
    scorer = fit_kernel(features, rows.y_index, n_classes=len(rows.label_space), settings=settings, weight=rows.weight)
    return featuriser, scorer


def _scaled(rows: LabelledRows, params: Params) -> tuple[Featuriser, Features, Params]:
    given = dict(params)
    name = str(given.pop("scaling", AUTO))
    if name not in {AUTO, *SCALED}:
        raise DataError(
            "CW254",
            f"columns cannot be scaled by {name!r}{nearest(name, [AUTO, *SCALED])}",
            fix=f"use {AUTO}, {', '.join(SCALED)}",
        )
    name = rows.found_once(best_scaling) if name == AUTO else name
    return *rows.featurised(SCALED[name], without_text(rows.schema)), given
