"""Confidence intervals for shares, for means, and for figures computed from a confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap_confusion", "f1_interval", "mean_interval", "wilson"]


def wilson(k: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Bound a share of ``k`` in ``n`` independent trials.

    For one look at a sample whose size did not depend on what was seen; for repeated looks use
    :func:`~classward.statistics.rate_sequence`. Near 0 and 1 it stays inside [0, 1] and keeps its coverage on average over
    shares, though not for every single one.

    Parameters
    ----------
    k, n : int or float
        Successes and trials, ``0 <= k <= n``; effective (fractional) sizes are accepted.
    level : float, default=0.95
        Stated coverage, in (0, 1).

    Returns
    -------
    low, high : float
        ``(0, 1)``, which says nothing, when ``n`` is 0.

    References
    ----------
    Wilson (1927). Probable inference, the law of succession, and statistical inference. JASA 22.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(9, 12)]
    [0.468, 0.911]
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return 0.0, 1.0
    z = _normal_quantile(level)
    p = k / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if k == 0 else (centre - spread) / scale
    high = 1.0 if k == n else (centre + spread) / scale
    return max(0.0, low), min(1.0, high)


def f1_interval(tp: int, fp: int, fn: int, *, level: float = 0.95) -> tuple[float, float]:
    """Bound the F1 of one class.

    Given how many rows are of the class or called so, the share that is both (Jaccard's J) is binomial, and
    F1 = 2J/(1+J) grows with J; so the ends of Wilson's interval for J are mapped.

    Parameters
    ----------
    tp, fp, fn : int
        Rows of the class called so, other rows called so, rows of the class called otherwise.

    Returns
    -------
    low, high : float
        ``(0, 1)`` when no row is of the class or called so.
    """
    low, high = wilson(tp, tp + fp + fn, level=level)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def mean_interval(values: NDArray[np.float64], *, level: float = 0.95) -> tuple[float, float] | None:
    """Bound the mean of independent values by Student's t; ``None`` for fewer than three values.

    Too narrow for few values with a long tail, such as log losses of a handful of rows.

    References
    ----------
    Abramowitz, Stegun (1964). Handbook of Mathematical Functions, 26.7.5 (quantile of t from that of the normal; off by
    3 % with two degrees of freedom and less with more).
    """
    n = len(values)
    if n < 3:
        return None
    z, v = _normal_quantile(level), n - 1
    t = z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
    t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    mean, half = float(values.mean()), t * float(values.std(ddof=1)) / math.sqrt(n)
    return mean - half, mean + half


def bootstrap_confusion(
    confusion: NDArray[np.int64],
    figure: Callable[[NDArray[np.int64]], float],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_draws: int = 500,
) -> tuple[float, float] | None:
    """Percentile interval of a figure under resampling of rows, drawn as counts of the filled cells.

    Cells that are empty stay empty in every draw, so a sample without a single error gives an interval of no width: the
    caller has to widen it. Cost: ``n_draws`` evaluations of ``figure``, whatever the number of rows.

    Parameters
    ----------
    confusion : int array of shape (n_classes, n_classes)
        Rows true, columns predicted.
    figure : callable
        Confusion matrix → number.

    Returns
    -------
    interval : (low, high) or None
        ``None`` without rows.

    References
    ----------
    Efron (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7.
    """
    n = int(confusion.sum())
    if n == 0:
        return None
    cells = np.flatnonzero(confusion)
    drawn = rng.multinomial(n, confusion.ravel()[cells] / n, size=n_draws)
    values = np.empty(n_draws)
    flat = np.zeros(confusion.size, dtype=np.int64)
    for i in range(n_draws):
        flat[cells] = drawn[i]
        values[i] = figure(flat.reshape(confusion.shape))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _normal_quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)
