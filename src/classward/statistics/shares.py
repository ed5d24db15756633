"""Two shares from different rows: exact test and interval of their difference."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from classward.statistics.intervals import wilson

__all__ = ["difference_interval", "fisher_p"]

_SMALL = np.cumsum(np.log(np.maximum(np.arange(32.0), 1.0)))


def fisher_p(k_first: int, n_first: int, k_second: int, n_second: int) -> float:
    """Exact two-sided p-value that two groups of different rows have the same share.

    Twice the smaller hypergeometric tail, at most 1; conservative on few rows. Not for the same rows under two models:
    use :func:`~classward.statistics.mcnemar_p`.

    Parameters
    ----------
    k_first, n_first, k_second, n_second : int
        Successes and rows of each group.

    Returns
    -------
    p : float
        1 when a group is empty. Cost: one term per possible count.

    Raises
    ------
    ValueError
        If some ``k`` does not lie between 0 and its ``n``.

    References
    ----------
    Fisher (1935). The Logic of Inductive Inference. JRSS 98.

    Examples
    --------
    >>> round(fisher_p(1, 10, 8, 10), 4)
    0.0055
    """
    if not (0 <= k_first <= n_first and 0 <= k_second <= n_second):
        raise ValueError(f"{k_first} of {n_first} and {k_second} of {n_second} are no shares")
    hits = k_first + k_second
    low, high = max(0, hits - n_second), min(n_first, hits)
    if low == high:
        return 1.0
    counts = np.arange(low, high + 1)
    logs = _log_choose(n_first, counts) + _log_choose(n_second, hits - counts)
    logs -= logs.max()
    chances = np.exp(logs)
    chances /= chances.sum()
    at = k_first - low
    return min(1.0, 2 * float(min(chances[: at + 1].sum(), chances[at:].sum())))


def difference_interval(
    k_first: int, n_first: int, k_second: int, n_second: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Bound the first share minus the second, from different rows (square-and-add of Wilson intervals).

    Returns
    -------
    low, high : float
        ``(-1, 1)``, which says nothing, when a group is empty.

    References
    ----------
    Newcombe (1998). Interval estimation for the difference between independent proportions. Statistics in Medicine 17
    (method 10).
    """
    if n_first == 0 or n_second == 0:
        return -1.0, 1.0
    p1, p2 = k_first / n_first, k_second / n_second
    low1, high1 = wilson(k_first, n_first, level=level)
    low2, high2 = wilson(k_second, n_second, level=level)
    d = p1 - p2
    return (
        max(-1.0, d - math.hypot(p1 - low1, high2 - p2)),
        min(1.0, d + math.hypot(high1 - p1, p2 - low2)),
    )


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    whole = _log_factorial(np.array([n]))[0]
    return np.asarray(whole - _log_factorial(k) - _log_factorial(n - k))


def _log_factorial(n: NDArray[np.int64]) -> NDArray[np.float64]:
    """ln n!, from a table below 32 and by Stirling's series (exact to 1e-13) above."""
    x = np.maximum(n, 31).astype(np.float64) + 1.0
    series = (x - 0.5) * np.log(x) - x + 0.5 * math.log(2 * math.pi) + 1 / (12 * x) - 1 / (360 * x**3)
    series += 1 / (1260 * x**5)
    return np.where(n < 32, _SMALL[np.minimum(n, 31)], series)
