"""Two models on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from classward.statistics.intervals import wilson

__all__ = ["holm", "mcnemar_p", "paired_difference_interval"]


def mcnemar_p(n_first: int, n_second: int) -> float:
    """Exact two-sided p-value that both models are equally often the only right one.

    Twice the smaller binomial tail at 1/2, at most 1; valid for any number of rows, conservative on few. Rows on which
    both are right, or both wrong, say nothing about the difference and do not enter.

    Parameters
    ----------
    n_first, n_second : int
        Rows on which only the first, only the second was right.

    Returns
    -------
    p : float
        1 when the models never differ. Cost: one term per row of the smaller count.

    References
    ----------
    McNemar (1947). Note on the sampling error of the difference between correlated proportions. Psychometrika.

    Examples
    --------
    >>> round(mcnemar_p(1, 8), 4)
    0.0391
    """
    n, fewer = n_first + n_second, min(n_first, n_second)
    if n == 0:
        return 1.0
    top = math.lgamma(n + 1) - n * math.log(2)
    terms = (top - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in range(fewer + 1))
    return min(1.0, 2 * math.fsum(math.exp(term) for term in terms))


def paired_difference_interval(
    both: int, only_first: int, only_second: int, neither: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Bound the first share minus the second, from the same rows (square-and-add of Wilson intervals).

    Parameters
    ----------
    both, only_first, only_second, neither : int
        Rows on which both, only one, or none of the two was right.

    Returns
    -------
    low, high : float
        ``(-1, 1)``, which says nothing, without rows.

    References
    ----------
    Newcombe (1998). Improved confidence intervals for the difference between binomial proportions based on paired data.
    Statistics in Medicine 17 (method 10, with its correction of the correlation).
    """
    n = both + only_first + only_second + neither
    if n == 0:
        return -1.0, 1.0
    first, second = both + only_first, both + only_second
    p1, p2 = first / n, second / n
    low1, high1 = wilson(first, n, level=level)
    low2, high2 = wilson(second, n, level=level)
    phi = _correlation(both, only_first, only_second, neither)
    d = p1 - p2
    below = math.sqrt(max(0.0, (p1 - low1) ** 2 - 2 * phi * (p1 - low1) * (high2 - p2) + (high2 - p2) ** 2))
    above = math.sqrt(max(0.0, (high1 - p1) ** 2 - 2 * phi * (high1 - p1) * (p2 - low2) + (p2 - low2) ** 2))
    return max(-1.0, d - below), min(1.0, d + above)


def _correlation(a: int, b: int, c: int, d: int) -> float:
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    cross = a * d - b * c
    n = a + b + c + d
    if cross > n / 2:
        cross_corrected = cross - n / 2
    elif cross >= 0:
        cross_corrected = 0.0
    else:
        cross_corrected = float(cross)
    return cross_corrected / math.sqrt(margins)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values so that comparing each with alpha keeps the chance of any false one at alpha.

    Holds whatever the tests have to do with each other.

    References
    ----------
    Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return tuple(adjusted)
