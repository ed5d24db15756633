"""A figure that somebody brings: a function of truths and answers, compared for two versions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure, MetricChange
from classward.errors import DataError
from classward.statistics import bootstrap_mean

__all__ = ["metric_change"]

_LEVEL = 0.95


def metric_change(
    name: str,
    metric: Callable[..., Any],
    truths: Sequence[str],
    live: Sequence[str],
    candidate: Sequence[str],
    *,
    rng: np.random.Generator,
    n_draws: int = 200,
) -> MetricChange:
    """Compute a figure for two versions on the same rows, with an interval for their difference.

    Parameters
    ----------
    metric : callable
        ``metric(y_true, y_pred)`` of arrays of class names, as in scikit-learn: one number, or one per row (then its mean
        counts, which is quicker). A row left to a person has the answer ``"(abstained)"``.
    rng : Generator
        For resampling rows: ``2 * n_draws`` calls of a metric that gives one number.

    Raises
    ------
    DataError
        CW355 if it gives no finite number, or another number of values than rows.
    """
    y, old, new = (np.asarray(values, dtype=object) for values in (truths, live, candidate))
    before, after = _values(name, metric, y, old), _values(name, metric, y, new)
    if before.ndim == 1:
        difference = bootstrap_mean(after - before, rng=rng)
        return MetricChange(
            name=name, live=float(before.mean()), candidate=float(after.mean()), difference=difference
        )  # fmt: skip
    n = len(y)
    draws = []
    for _ in range(n_draws):
        rows = rng.integers(0, n, size=n)
        gain = float(_values(name, metric, y[rows], new[rows])) - float(_values(name, metric, y[rows], old[rows]))
        draws.append(gain)
    low, high = (float(x) for x in np.quantile(draws, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]))
    value = float(after) - float(before)
    interval = Interval(low=min(low, value), high=max(high, value), level=_LEVEL, method="bootstrap of rows")
    return MetricChange(
        name=name, live=float(before), candidate=float(after),
        difference=Measure(value=value, n=n, interval=interval),
    )  # fmt: skip


def _values(
    name: str, metric: Callable[..., Any], y: NDArray[np.object_], answers: NDArray[np.object_]
) -> NDArray[np.float64]:
    found = metric(y.astype(str), answers.astype(str))
    try:
        values = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.asarray(math.nan)
    if values.shape not in {(), (len(y),)} or not np.isfinite(values).all():
        raise DataError(
            "CW355", f"the metric {name!r} gives no figure", got=f"{type(found).__name__} of shape {values.shape}",
            why="only finite numbers can be compared", fix="return one number, or one per row",
        )  # fmt: skip
    return values
