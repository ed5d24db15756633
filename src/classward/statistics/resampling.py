"""Means of paired differences by resampling of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure

__all__ = ["bootstrap_mean"]

_CHUNK_ROWS = 4_000_000
_LEVEL = 0.95


def bootstrap_mean(values: NDArray[np.float64], *, rng: np.random.Generator, n_draws: int = 500) -> Measure:
    """Mean of independent values, negative ones too, with a bootstrap 95 % interval.

    Percentiles, widened by the factor √(n/(n-1)) that resampling takes away. Values that are all the same give an interval
    of no width, and fewer than three values give none.

    Parameters
    ----------
    values : float array of shape (n_samples,)
        One per row, such as the loss of one model minus that of another.

    References
    ----------
    Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapters 8 and 13.
    """
    n = len(values)
    if n == 0:
        return Measure(value=None, n=0)
    mean = float(values.mean())
    if n < 3:
        return Measure(value=mean, n=n)
    distinct, counts = np.unique(values, return_counts=True)
    means = np.empty(n_draws)
    if len(distinct) <= n // 4:
        means[:] = rng.multinomial(n, counts / n, size=n_draws) @ distinct / n
    else:
        step = max(1, _CHUNK_ROWS // n)
        for start in range(0, n_draws, step):
            m = min(step, n_draws - start)
            means[start : start + m] = values[rng.integers(0, n, size=(m, n), dtype=np.int32)].mean(axis=1)
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    wider = (n / (n - 1)) ** 0.5
    interval = Interval(
        low=min(mean, mean + (float(low) - mean) * wider), high=max(mean, mean + (float(high) - mean) * wider),
        level=_LEVEL, method="bootstrap of rows",
    )  # fmt: skip
    return Measure(value=mean, n=n, interval=interval)
