"""How much better a score looks where settings were chosen than where they were not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure
from classward.statistics import mean_interval

__all__ = ["Optimism", "optimism"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimism:
    """Mean of the best inner score, mean of the outer score, and their difference (positive: inner flatters)."""

    inner: Measure
    outer: Measure
    gap: Measure


def optimism(inner: NDArray[np.float64], outer: NDArray[np.float64], *, is_loss: bool, level: float = 0.95) -> Optimism:
    """Compare, over outer rounds, the chosen setting's inner score with its score on the outer held rows.

    The intervals treat the rounds as independent; they share training rows, so true ones are somewhat wider. With fewer
    than three rounds there is no interval.

    Parameters
    ----------
    inner, outer : float arrays of shape (n_outer,)
        Score of the setting that won the round: its mean over inner rounds, and on the outer held rows.
    is_loss : bool
        Whether smaller is better (log loss), so that optimism is outer minus inner.

    Examples
    --------
    >>> round(optimism(np.array([.9, .92, .91]), np.array([.88, .90, .89]), is_loss=False).gap.value, 3)
    0.02
    """
    gap = outer - inner if is_loss else inner - outer
    return Optimism(inner=_mean(inner, level), outer=_mean(outer, level), gap=_mean(gap, level))


def _mean(values: NDArray[np.float64], level: float) -> Measure:
    ends = mean_interval(values, level=level)
    return Measure(
        value=float(values.mean()) if len(values) else None,
        n=len(values),
        interval=None if ends is None else Interval(low=ends[0], high=ends[1], level=level, method="t over rounds"),
    )
