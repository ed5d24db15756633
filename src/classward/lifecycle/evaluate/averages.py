"""F1 of a class and averages of it, with intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure
from classward.statistics import draw_margins, f1_interval, f1_per_class, margins_of

__all__ = ["averaged_f1", "class_f1"]

_LEVEL = 0.95


def class_f1(confusion: NDArray[np.int64], i: int) -> Measure:
    """F1 of class ``i`` with an interval; n counts the rows that are of the class or called so."""
    tp = int(confusion[i, i])
    fn, fp = int(confusion[i].sum()) - tp, int(confusion[:, i].sum()) - tp
    value = f1_per_class(confusion)[i]
    if value is None:
        return Measure(value=None, n=0)
    low, high = f1_interval(tp, fp, fn, level=_LEVEL)
    return Measure(value=value, n=tp + fp + fn, interval=_interval(low, high, "Wilson on Jaccard's index"))


def averaged_f1(confusion: NDArray[np.int64], name: str, *, rng: np.random.Generator) -> Measure:
    """``macro_f1`` or ``weighted_f1`` with an interval by resampling of rows.

    Without a single error (or a single hit) every resample is the same and claims certainty; then each class counts with
    the end of its own interval instead, which is wider than needed.
    """
    n = int(confusion.sum())
    if n == 0:
        return Measure(value=None, n=0)
    nothing = np.zeros(confusion.shape)
    value = float(margins_of(confusion, nothing).all_figures()[name])
    drawn = np.concatenate([m.all_figures()[name] for m in draw_margins(confusion, nothing, rng=rng)])
    low, high = (float(x) for x in np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]))
    if low < high:
        interval = _interval(min(low, value), max(high, value), "bootstrap of rows")
    else:
        low, high = _mean_ends(confusion)
        interval = _interval(min(low, value), max(high, value), "mean of the classes' intervals")
    return Measure(value=value, n=n, interval=interval)


def _mean_ends(confusion: NDArray[np.int64]) -> tuple[float, float]:
    figures = [class_f1(confusion, i) for i in range(len(confusion))]
    spans = [f.interval for f in figures if f.interval is not None]
    return float(np.mean([s.low for s in spans])), float(np.mean([s.high for s in spans]))


def _interval(low: float, high: float, method: str) -> Interval:
    return Interval(low=float(low), high=float(high), level=_LEVEL, method=method)
