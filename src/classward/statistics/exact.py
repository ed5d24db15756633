"""Exact binomial tails and bounds, with no library beyond the standard one."""

from __future__ import annotations

import math
from collections.abc import Callable

from classward.domain import Interval, Measure

__all__ = ["beta_cdf", "binomial_p", "clopper_pearson", "measured_exact", "rows_needed", "tolerance_rank"]

_TINY = 1e-300
_MOST_STEPS = 100_000


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function: the share of a Beta(a, b) at or below ``x``; a, b > 0, x in [0, 1].

    Relative error below 1e-11 for a, b up to 10,000 and 1e-8 up to 1e6; the steps grow with the root of the larger one.

    References
    ----------
    Press et al. (2007). Numerical Recipes, 6.4 (the continued fraction); NIST Digital Library 8.17.22.

    Examples
    --------
    >>> round(beta_cdf(0.5, 2, 3), 6)
    0.6875
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def binomial_p(k: int, n: int, share: float) -> float:
    """Chance of ``k`` or more successes in ``n`` trials that succeed with probability ``share``.

    The p-value against "the true share is ``share`` or less"; exact for any number of rows, 1 without successes.

    Examples
    --------
    >>> round(binomial_p(3, 3, 0.9), 4)
    0.729
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    return 1.0 if k == 0 else beta_cdf(share, k, n - k + 1)


def clopper_pearson(k: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Bound a share so that the stated coverage holds for every true share and every ``n``; wider than Wilson's.

    Effective numbers of rows, which need not be whole, are taken too.

    Returns
    -------
    low, high : float
        ``(0, 1)`` without rows. Each end alone misses with probability at most (1 - level) / 2.

    References
    ----------
    Clopper, Pearson (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika.

    Examples
    --------
    >>> [round(x, 4) for x in clopper_pearson(9, 12)]
    [0.4281, 0.9451]
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    tail = (1.0 - level) / 2.0
    low = 0.0 if k == 0 else _root(lambda share: beta_cdf(share, k, n - k + 1) - tail)
    high = 1.0 if k == n else _root(lambda share: beta_cdf(share, k + 1, n - k) - (1.0 - tail))
    return low, high


def tolerance_rank(n: int, share: float, confidence: float) -> int | None:
    """Find the smallest rank whose order statistic lies above ``share`` of the population with that confidence.

    Of ``n`` independent values in ascending order, the one at this rank (from 1) is at or above at least ``share`` of all
    future values with probability ``confidence`` or more, whatever their distribution.

    Returns
    -------
    rank : int or None
        ``None`` when even the largest of ``n`` values cannot promise that: it takes ``rows_needed(share, ...)`` of them.

    References
    ----------
    Wilks (1941). Determination of sample sizes for setting tolerance limits. Annals of Mathematical Statistics.
    """

    def is_enough(rank: int) -> bool:
        return 1.0 - beta_cdf(share, rank, n - rank + 1) >= confidence - 1e-12

    if n == 0 or not is_enough(n):
        return None
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def rows_needed(target: float, error_rate: float, *, observed: float = 1.0, at_most: int = 1_000_000) -> int | None:
    """Count the rows after which a share ``observed`` would prove that the true one exceeds ``target``.

    Parameters
    ----------
    target, error_rate : float
        What is to be proved, and the chance of proving it wrongly.
    observed : float, default=1.0
        The share that is expected to be seen.

    Returns
    -------
    n : int or None
        ``None`` if ``observed`` is not above ``target``, or ``at_most`` rows would not do.

    Examples
    --------
    >>> rows_needed(0.9, 0.05), rows_needed(0.9, 0.05, observed=0.9) is None
    (29, True)
    """
    if observed <= target:
        return None

    def proves(n: int) -> bool:
        return binomial_p(math.floor(n * observed + 1e-9), n, target) <= error_rate

    high = 1
    while not proves(high):
        high *= 2
        if high > at_most:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if proves(middle) else (middle, high)
    return high


def _root(rises: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rises(middle) > 0.0 else (middle, high)
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the continued fraction of the incomplete beta function."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _MOST_STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1.0 + step * d, 1.0 + step / c
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value


def measured_exact(k: int, n: int, *, level: float = 0.95) -> Measure:
    """Share of ``k`` in ``n`` with its Clopper–Pearson interval, which never covers less than it says; no value without rows.

    >>> measured_exact(9, 10).n
    10
    """
    if n == 0:
        return Measure(value=None, n=0)
    low, high = clopper_pearson(k, n, level=level)
    return Measure(value=k / n, n=n, interval=Interval(low=low, high=high, level=level, method="Clopper–Pearson"))
