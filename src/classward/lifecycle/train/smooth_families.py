"""Families that want features of like scale without gaps."""

from __future__ import annotations

from classward.estimators import KernelSettings, NetworkSettings, fit_kernel, fit_network, fit_smooth_featuriser
from classward.inference import Featuriser, KernelScorer, NetworkScorer
from classward.lifecycle.train.family import Params, TrainingRows
from classward.lifecycle.train.params import settings_of, without_text

__all__ = ["fit_kernel_family", "fit_network_family"]


def fit_network_family(rows: TrainingRows, params: Params) -> tuple[Featuriser, NetworkScorer]:
    """Fit a small network over every column but text."""
    featuriser = fit_smooth_featuriser(without_text(rows.schema), rows.columns, rows.n)
    scorer = fit_network(
        featuriser.transform(rows.columns, rows.n),
        rows.y_index,
        n_classes=rows.n_classes,
        settings=settings_of(NetworkSettings, params),
        seed=rows.seed,
        should_stop=rows.should_stop,
    )
    return featuriser, scorer


def fit_kernel_family(rows: TrainingRows, params: Params) -> tuple[Featuriser, KernelScorer]:
    """Fit kernel support vector machines over every column but text."""
    settings = settings_of(KernelSettings, params)
    featuriser = fit_smooth_featuriser(without_text(rows.schema), rows.columns, rows.n)
    features = featuriser.transform(rows.columns, rows.n)
    return featuriser, fit_kernel(features, rows.y_index, n_classes=rows.n_classes, settings=settings)
