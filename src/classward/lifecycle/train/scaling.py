"""Which way to bring columns to like scale, found by a trial on few rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from classward.estimators import SCALINGS, KernelSettings, fit_kernel, fit_smooth_featuriser, fit_temperature
from classward.inference import log_softmax
from classward.lifecycle.train.params import without_text
from classward.lifecycle.train.rows import FitFeaturiser, LabelledRows

__all__ = ["AUTO", "SCALED", "best_scaling"]

AUTO = "auto"
SCALED: Mapping[str, FitFeaturiser] = MappingProxyType(
    {name: partial(fit_smooth_featuriser, scaling=name) for name in SCALINGS}
)
"""Name of a scaling → what fits the featuriser."""

_MOST_ROWS, _SHARE = 1_000, 3
_USUAL = "spread"
_STRENGTH = 10.0
_CLEARLY = 0.97


def best_scaling(rows: LabelledRows) -> str:
    """Fit a kernel machine on two thirds of at most 1,000 rows under each scaling; the best on the others, if clear.

    Columns in one unit, such as pixels, lose by being stretched; columns with long tails lose by not being. For rows that are
    fitted on: those that score the models have no say.
    """
    schema = without_text(rows.schema)
    if not any(f.kind in ("numeric", "boolean", "date") for f in schema.features):
        return _USUAL
    order = np.random.default_rng(0).permutation(rows.n)[:_MOST_ROWS]
    order = order[np.argsort(rows.y_index[order], kind="stable")]
    is_held = np.arange(len(order)) % _SHARE == _SHARE - 1
    fit, held = (
        replace(rows.take(part), origin=None, positions=None, weight=None) for part in (order[~is_held], order[is_held])
    )
    is_known = np.isin(held.y_index, fit.y_index)
    if len(np.unique(fit.y_index)) < 2 or not is_known.any():
        return _USUAL
    losses = {name: _loss(name, fit, held.take(np.flatnonzero(is_known))) for name in SCALINGS}
    best = min(losses, key=lambda name: losses[name])
    return best if losses[best] < _CLEARLY * losses[_USUAL] else _USUAL


def _loss(name: str, fit: LabelledRows, held: LabelledRows) -> float:
    featuriser, features = fit.featurised(SCALED[name], without_text(fit.schema))
    scorer = fit_kernel(
        features, fit.y_index, n_classes=len(fit.label_space), settings=KernelSettings(c=_STRENGTH), weight=None
    )
    return _at_best(scorer.logits(featuriser.transform(held.columns, held.n)), held.y_index)


def _at_best(logits: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    scaled = log_softmax(logits / fit_temperature(logits, y, min_per_class=0))
    return float(-scaled[np.arange(len(y)), y].mean())
