"""Pipelines: affine steps, found by asking them, before an estimator that has a conversion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.brought.taught import Frozen, Taught
from classward.inference import AffineScorer, OverNumbers

__all__ = ["freeze_pipeline"]

_TOLERANCE = 1e-6


def freeze_pipeline(model: Any, taught: Taught, convert: Callable[[Any, Taught], Frozen]) -> Frozen:
    """Freeze the steps before the last as one matrix and an offset, and the last as ``convert`` does.

    A step that only shifts, scales, mixes or drops columns is affine: what it makes of the origin and of each unit row
    says all about it. Scalers, PCA, selections of columns and projections are; bins, ranks, powers and lengths are not.
    That it is affine is proved on all training rows.

    Raises
    ------
    ValueError
        For a step that is not affine, with its name.
    """
    n_columns = taught.rows.shape[1]
    matrix, offset, rows = np.eye(n_columns), np.zeros(n_columns), taught.rows
    for name, step in model.steps[:-1]:
        own, own_offset = _asked(step, rows.shape[1])
        told = np.asarray(step.transform(rows), dtype=np.float64)
        gap = np.abs(rows @ own + own_offset - told) / np.maximum(1.0, np.abs(told))
        if not np.isfinite(told).all() or gap.max(initial=0.0) > _TOLERANCE:
            raise ValueError(
                f"step {name!r} ({type(step).__name__}) does more than shift, scale, mix or drop columns: "
                "leave it out, since columns are normal scores already"
            )
        matrix, offset, rows = matrix @ own, offset @ own + own_offset, told
    last = convert(model.steps[-1][1], replace(taught, rows=rows))
    if not isinstance(last.scorer, OverNumbers):
        raise ValueError("a pipeline cannot end in a pipeline: write its steps one after another")
    return replace(last, scorer=AffineScorer(scorer=last.scorer, matrix=matrix, offset=offset))


def _asked(step: Any, n_columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    told = step.transform(np.concatenate([np.zeros((1, n_columns)), np.eye(n_columns)]))
    if not isinstance(told, np.ndarray):
        raise ValueError(f"{type(step).__name__} gives no array: set sparse_output=False, or leave it out")
    return np.asarray(told[1:] - told[0], dtype=np.float64), np.asarray(told[0], dtype=np.float64)
