"""Families that want features of like scale without gaps."""

from __future__ import annotations

from classward.estimators import KernelSettings, NetworkSettings, fit_kernel, fit_network, fit_smooth_featuriser
from classward.inference import Featuriser, KernelScorer, NetworkScorer
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.params import settings_of, without_text
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["fit_kernel_family", "fit_network_family"]


def fit_network_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, NetworkScorer]:
    """Fit a small network over every column but text."""
    featuriser, features = rows.featurised(fit_smooth_featuriser, without_text(rows.schema))
    scorer = fit_network(
        features,
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings_of(NetworkSettings, params),
        seed=how.seed,
        weight=rows.weight,
        should_stop=how.should_stop,
        noted=how.noted,
    )
    return featuriser, scorer


def fit_kernel_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, KernelScorer]:
    """Fit kernel support vector machines over every column but text."""
    settings = settings_of(KernelSettings, params)
    featuriser, features = rows.featurised(fit_smooth_featuriser, without_text(rows.schema))
    scorer = fit_kernel(features, rows.y_index, n_classes=len(rows.label_space), settings=settings, weight=rows.weight)
    return featuriser, scorer
