"""What mistakes cost, class by class, with the uncertainty of rare ones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure

__all__ = ["false_negative_costs", "false_positive_costs", "gamma_cdf"]

_LEVEL = 0.95
_MOST_STEPS = 100_000


def false_positive_costs(confusion: NDArray[np.int64], costs: NDArray[np.float64]) -> tuple[Measure, ...]:
    """Cost of the rows wrongly answered as each class: the sum over its column of count times cost, off the diagonal.

    Parameters
    ----------
    confusion, costs : arrays of shape (n_classes, n_classes)
        Rows true, columns answered.

    Returns
    -------
    per_class : tuple of Measure
        Totals in the unit of the costs; ``n`` is how many rows were answered so. Counts are taken as Poisson: without a
        single mistake the upper end is still that of three to four of the dearest kind. No value for a class never answered.

    References
    ----------
    Fay, Feuer (1997). Confidence intervals for directly standardized rates: a method based on the gamma distribution.
    Statistics in Medicine 16.
    """
    return tuple(
        _total(np.delete(confusion[:, i], i), np.delete(costs[:, i], i), int(confusion[:, i].sum()))
        for i in range(len(confusion))
    )


def false_negative_costs(confusion: NDArray[np.int64], costs: NDArray[np.float64]) -> tuple[Measure, ...]:
    """Cost of the rows of each class answered as another; ``n`` is its rows. See :func:`false_positive_costs`."""
    return false_positive_costs(confusion.T, costs.T)


def gamma_cdf(x: float, shape: float) -> float:
    """Regularised lower incomplete gamma function: the share of a Gamma(shape, 1) at or below ``x``.

    References
    ----------
    Press et al. (2007). Numerical Recipes, 6.2.

    Examples
    --------
    >>> round(gamma_cdf(3.0, 1.0), 4)
    0.9502
    """
    if x <= 0.0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for i in range(1, _MOST_STEPS):
            term *= x / (shape + i)
            total += term
            if term < total * 1e-15:
                break
        return min(1.0, front * total)
    b, c = x + 1.0 - shape, 1e300
    d = 1.0 / b
    value = d
    for i in range(1, _MOST_STEPS):
        step = -i * (i - shape)
        b += 2.0
        d, c = 1.0 / (step * d + b), b + step / c
        value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return 1.0 - front * value


def _total(counts: NDArray[np.int64], costs: NDArray[np.float64], n: int) -> Measure:
    if n == 0:
        return Measure(value=None, n=0)
    total, spread = float(counts @ costs), float(counts @ costs**2)
    largest = float(costs.max(initial=0.0))
    tail = (1.0 - _LEVEL) / 2.0
    low = _gamma_quantile(tail, total**2 / spread) * spread / total if total > 0.0 else 0.0
    high, more = 0.0, spread + largest**2
    if largest > 0.0:
        high = _gamma_quantile(1.0 - tail, (total + largest) ** 2 / more) * more / (total + largest)
    interval = Interval(low=low, high=high, level=_LEVEL, method="gamma (Fay–Feuer)")
    return Measure(value=total, n=n, interval=interval)


def _gamma_quantile(share: float, shape: float) -> float:
    low, high = 0.0, shape + 1.0
    while gamma_cdf(high, shape) < share:
        high *= 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (low, middle) if gamma_cdf(middle, shape) > share else (middle, high)
    return (low + high) / 2.0
