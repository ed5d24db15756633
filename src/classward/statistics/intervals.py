"""Confidence intervals for shares and for figures computed from a confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap_confusion", "f1_interval", "wilson"]


def wilson(k: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Interval for a share of ``k`` in ``n`` independent trials; (0, 1) when ``n`` is 0.

    References
    ----------
    Wilson (1927). Probable inference, the law of succession, and statistical inference. JASA.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(9, 12)]
    [0.468, 0.911]
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    p = k / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if k == 0 else (centre - spread) / scale
    high = 1.0 if k == n else (centre + spread) / scale
    return max(0.0, low), min(1.0, high)


def f1_interval(tp: int, fp: int, fn: int, *, level: float = 0.95) -> tuple[float, float]:
    """Interval for the F1 of one class.

    Given how many rows are of the class or called so, the share that is both (Jaccard) is binomial, and F1 = 2J/(1+J)
    grows with it; so the ends of Wilson's interval for J are mapped.
    """
    low, high = wilson(tp, tp + fp + fn, level=level)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def bootstrap_confusion(
    confusion: NDArray[np.int64],
    figure: Callable[[NDArray[np.int64]], float],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_draws: int = 500,
) -> tuple[float, float]:
    """Percentile interval of a figure under resampling of rows, drawn as counts of the filled cells.

    Parameters
    ----------
    confusion : int array of shape (n_classes, n_classes)
        Rows true, columns predicted.
    figure : callable
        Confusion matrix → number.
    """
    n = int(confusion.sum())
    if n == 0:
        return 0.0, 1.0
    cells = np.flatnonzero(confusion)
    shares = confusion.ravel()[cells] / n
    drawn = rng.multinomial(n, shares, size=n_draws)
    values = np.empty(n_draws)
    flat = np.zeros(confusion.size, dtype=np.int64)
    for i in range(n_draws):
        flat[cells] = drawn[i]
        values[i] = figure(flat.reshape(confusion.shape))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
