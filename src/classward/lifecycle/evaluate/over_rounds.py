"""Figures per class over rounds of cross-validation: mean, interval and spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassSpread, Interval, LabelSpace, Measure
from classward.statistics import mean_interval

__all__ = ["class_spreads", "mean_over_rounds"]

_LEVEL = 0.95


def class_spreads(
    answers: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], space: LabelSpace
) -> tuple[ClassSpread, ...]:
    """Recall and precision of each class over rounds.

    Rounds without a row (or an answer) of a class say nothing about its recall (or precision) and are left out of its mean.
    Intervals treat rounds as independent; they share training rows, so true ones are somewhat wider.

    Parameters
    ----------
    answers : sequence of (true, predicted)
        Int arrays of one round each, columns in label-space order.
    """
    k = len(space)
    true = np.array([np.bincount(y, minlength=k) for y, _ in answers])
    said = np.array([np.bincount(p, minlength=k) for _, p in answers])
    right = np.array([np.bincount(y[y == p], minlength=k) for y, p in answers])
    made = []
    for c, name in enumerate(space.names):
        recalls = right[true[:, c] > 0, c] / true[true[:, c] > 0, c]
        precisions = right[said[:, c] > 0, c] / said[said[:, c] > 0, c]
        made.append(
            ClassSpread(
                class_name=name, n=int(true[:, c].sum()), recall=mean_over_rounds(recalls),
                recall_spread=_spread(recalls), precision=mean_over_rounds(precisions),
                precision_spread=_spread(precisions),
            )
        )  # fmt: skip
    return tuple(made)


def mean_over_rounds(values: NDArray[np.float64], *, highest: float = 1.0) -> Measure:
    """Mean of figures of rounds; with three and more, an interval by Student's t, cut off at 0 and at ``highest``."""
    ends = mean_interval(values, level=_LEVEL)
    return Measure(
        value=float(values.mean()) if len(values) else None,
        n=len(values),
        interval=None
        if ends is None
        else Interval(low=max(ends[0], 0.0), high=min(ends[1], highest), level=_LEVEL, method="t over rounds"),
    )


def _spread(values: NDArray[np.float64]) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None
