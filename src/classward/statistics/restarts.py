"""A gambler who starts afresh every day: sees a change soon after it came, at one chance of a false alarm a year."""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

__all__ = ["YEAR_DAYS", "alarm_level", "log_wealth", "no_wealth", "started"]

YEAR_DAYS = 365


def no_wealth(*shape: int) -> NDArray[np.float64]:
    """Before the first day, of shape ``shape`` (the last axis counts the bets)."""
    return np.full(shape, -np.inf)


def started(wealth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put one more unit on each bet, as at the beginning of every day.

    ``wealth`` holds the log of the sum, over all days so far, of what one unit staked that day has become. Add the log
    factors of a bet (:class:`~classward.statistics.bets.RateBets`) to it as rows come.
    """
    return np.logaddexp(wealth, 0.0)


def log_wealth(wealth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of the mean over the bets (last axis): the evidence against the promise, to be held against :func:`alarm_level`."""
    return np.asarray(np.logaddexp.reduce(wealth, axis=-1) - log(wealth.shape[-1]))


def alarm_level(alpha: float, *, n_days: int = YEAR_DAYS) -> float:
    """How large :func:`log_wealth` must become before it is an alarm.

    Over ``n_days`` days with one unit started on each, the mean over start days of their wealth is a nonnegative
    supermartingale of mean at most 1 while the promise is kept: by Ville's inequality the sum ever reaches
    ``n_days / alpha`` with probability at most ``alpha``, however often one looks. Begin again with no wealth after
    ``n_days``. The price of not knowing when a change comes is ``log(n_days)``, about 5.9 nats for a year.

    References
    ----------
    Ville (1939). Étude critique de la notion de collectif. Shin, Ramdas, Rinaldo (2024). E-detectors: a nonparametric
    framework for sequential change detection. New England Journal of Statistics in Data Science 2.

    Examples
    --------
    >>> round(alarm_level(0.01), 2)
    10.51
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"a chance lies between 0 and 1, not {alpha}")
    return log(n_days / alpha)
