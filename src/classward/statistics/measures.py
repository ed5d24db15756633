"""Figures that carry their n and their interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure
from classward.statistics.exact import clopper_pearson
from classward.statistics.intervals import mean_interval, wilson

__all__ = ["measured_mean", "measured_share", "weighted_share"]

_LEVEL = 0.95
_NOTHING = Measure(value=None, n=0)


def measured_share(k: int, n: int) -> Measure:
    """Share of ``k`` in ``n`` with Wilson's 95 % interval; no value when ``n`` is 0.

    >>> measured_share(0, 0).value is None
    True
    """
    if n == 0:
        return _NOTHING
    low, high = wilson(k, n, level=_LEVEL)
    return Measure(value=k / n, n=n, interval=Interval(low=low, high=high, level=_LEVEL, method="Wilson"))


def weighted_share(is_right: NDArray[np.bool_], weights: NDArray[np.float64]) -> Measure:
    """Share of right rows when rows were chosen for labelling with unequal probability.

    Each row counts as many times as its weight, the inverse of the probability with which it was chosen (Hájek's ratio).
    The interval is Clopper and Pearson's at the effective sample size (Σw)²/Σw² (Korn and Graubard), an approximation that
    holds with few rows too, where Wilson's is too narrow. Equal weights give :func:`measured_share`; unequal ones mark the
    figure ``sampled``.

    References
    ----------
    Hájek (1971) in Foundations of Statistical Inference; Kish (1965), Survey Sampling (effective size).
    Korn, Graubard (1998). Confidence intervals for proportions with small expected number of positive counts estimated from
    survey data. Survey Methodology 24.
    """
    n = len(weights)
    if n == 0 or weights.min() == weights.max():
        return measured_share(int(is_right.sum()), n)
    scaled = weights / weights.max()
    total = float(scaled.sum())
    share = min(1.0, float(scaled[is_right].sum()) / total)
    effective = total * total / float((scaled * scaled).sum())
    low, high = clopper_pearson(min(share * effective, effective), effective, level=_LEVEL)
    interval = Interval(low=low, high=high, level=_LEVEL, method="Korn-Graubard")
    return Measure(value=share, n=n, interval=interval, basis="sampled")


def measured_mean(values: NDArray[np.float64]) -> Measure:
    """Mean of non-negative losses with a 95 % interval from three values on; no value without any."""
    if len(values) == 0:
        return _NOTHING
    ends = mean_interval(values, level=_LEVEL)
    mean = float(values.mean())
    if ends is None:
        return Measure(value=mean, n=len(values))
    interval = Interval(low=max(0.0, ends[0]), high=ends[1], level=_LEVEL, method="Student's t, of the mean")
    return Measure(value=mean, n=len(values), interval=interval)
