"""Do rows that go on coming still look like a reference of finite size? Evidence that may be looked at without end."""

from __future__ import annotations

from math import log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "hellinger",
    "log_gamma",
    "shifted_shares",
    "stratified_log_evidence",
    "tempered_rates",
    "two_sample_log_evidence",
    "window_log_evidence",
]

_CONCENTRATIONS = (20.0, 200.0, 2_000.0, 20_000.0, 200_000.0)
_SHIFTS = (-0.8, -0.4, -0.2, -0.1, 0.1, 0.2, 0.4, 0.8)
_AHEAD = 8
_NORMAL = NormalDist()


def two_sample_log_evidence(
    reference: NDArray[np.int64],
    now: NDArray[np.int64],
    expected: NDArray[np.float64],
    *,
    alternatives: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Log of a bet's wealth against "both came from one distribution", whichever that is.

    The numerator guesses the reference from ``expected`` and the rows now from the reference, each with a mixture of
    Dirichlet guesses (and of ``alternatives`` for the rows now); the denominator is the likelihood under the one
    distribution that fits both best. So the mean of the wealth is at most 1 at every moment that one may choose to stop
    at, for references of any size (universal inference): a small one costs power, never the guarantee.

    Parameters
    ----------
    reference : int array of shape (k,)
        Rows of the reference per category.
    now : int array of shape (..., k)
        Rows since some moment, per category; rows of one axis are separate bets.
    expected : float array of shape (k,)
        Shares of the categories that the reference is guessed to have, from rows that are not in it. All above 0.
    alternatives : float array of shape (m, k), optional
        Shares that the rows now might have; may depend on the reference. All above 0.

    Returns
    -------
    evidence : float array of shape (...)
        Natural logarithm. At most 0 without rows now.

    References
    ----------
    Wasserman, Ramdas, Balakrishnan (2020). Universal inference. PNAS 117. Krichevsky, Trofimov (1981). The performance of
    universal encoding. IEEE Transactions on Information Theory 27.

    Examples
    --------
    >>> same, other = np.array([[100, 100]]), np.array([[150, 50]])
    >>> reference, half = np.array([5000, 5000]), np.array([0.5, 0.5])
    >>> [round(float(two_sample_log_evidence(reference, x, half)[0]), 1) for x in (same, other)]
    [-1.0, 19.6]
    """
    counts, seen = np.asarray(now, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    guessed = _mixture(seen, expected / expected.sum(), None)
    told = seen + expected / expected.sum()
    followed = _mixture(counts, told / told.sum(), alternatives)
    both = seen + counts
    best = _x_log_y(both, both / np.maximum(both.sum(axis=-1, keepdims=True), 1.0)).sum(axis=-1)
    return np.asarray(guessed + followed - best)


def window_log_evidence(
    reference: NDArray[np.int64],
    per_day: NDArray[np.int64],
    expected: NDArray[np.float64],
    *,
    alternatives: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """The same for all spans that end now and begin with one of the days, of shape (n_days,).

    ``per_day`` has one row of counts a day, the oldest first. One unit is staked at the beginning of each day; hold
    ``np.logaddexp.reduce`` of the result against :func:`~classward.statistics.alarm_level`. The day with the largest value
    is about when the change came.
    """
    since = np.cumsum(np.asarray(per_day)[::-1], axis=0)[::-1]
    return two_sample_log_evidence(reference, since, expected, alternatives=alternatives)


def stratified_log_evidence(
    reference: NDArray[np.int64],
    now: NDArray[np.int64],
    expected: NDArray[np.float64],
    *,
    alternatives: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The same for a rate in each of several strata: "whatever the rates are, none has changed".

    How many rows fall into which stratum may change as it will.

    Parameters
    ----------
    reference, now : int arrays of shape (n_strata, 2) and (..., n_strata, 2)
        Hits and misses.
    expected : float array of shape (n_strata,)
        Guesses at the rates of the reference, made without it.
    alternatives : float array of shape (m, n_strata)
        Rates that the rows now might have; may depend on the reference. Half the stake is on them.

    Returns
    -------
    evidence : float array of shape (...)
        Natural logarithm.
    """
    counts, seen = np.asarray(now, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    told = (seen[:, 0] + expected) / (seen.sum(axis=1) + 1.0)
    followed, guessed = _rate_mixture(counts, told), _rate_mixture(seen, expected)
    hits, misses = counts[..., 0], counts[..., 1]
    fixed = np.logaddexp.reduce(hits @ np.log(alternatives).T + misses @ np.log1p(-alternatives).T, axis=-1)
    followed = np.logaddexp(followed, fixed - log(len(alternatives))) - log(2.0)
    both = seen + counts
    best = _x_log_y(both, both / np.maximum(both.sum(axis=-1, keepdims=True), 1.0)).sum(axis=(-1, -2))
    return np.asarray(guessed + followed - best)


def _rate_mixture(counts: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    shares, parts = np.stack([rates, 1.0 - rates], axis=-1), []
    for strength in _CONCENTRATIONS:
        own = strength * shares
        spread = (log_gamma(own + counts) - log_gamma(own)).sum(axis=(-1, -2))
        total = counts.sum(axis=-1)
        parts.append(spread + (log_gamma(np.array(strength)) - log_gamma(strength + total)).sum(axis=-1))
    return np.asarray(np.logaddexp.reduce(parts, axis=0) - log(len(parts)))


def tempered_rates(
    rates: NDArray[np.float64],
    *,
    factors: tuple[float, ...] = (0.7, 0.8, 0.9, 1.25),
    steps: tuple[float, ...] = (-0.4, -0.2, 0.2),
) -> NDArray[np.float64]:
    """Rates after their log odds were stretched by a factor, or moved by a step: what over-confidence looks like.

    Of shape (len(factors) + len(steps), n_strata).
    """
    odds = np.log(rates / (1.0 - rates))
    moved = np.concatenate([np.multiply.outer(np.array(factors), odds), np.add.outer(np.array(steps), odds)])
    return np.asarray(1.0 / (1.0 + np.exp(-moved)))


def shifted_shares(shares: NDArray[np.float64], steps: tuple[float, ...] = _SHIFTS) -> NDArray[np.float64]:
    """Shares of ordered categories after a shift up or down by ``steps`` standard deviations, of shape (len(steps), k).

    Each is ``shares`` tilted by ``exp(step * score)``, where scores are the middles of the categories on the normal scale:
    exact for a normal column in fine bins, near for others.
    """
    ends = np.cumsum(shares) - shares / 2.0
    score = np.array([_NORMAL.inv_cdf(p) for p in np.clip(ends, 1e-6, 1.0 - 1e-6).tolist()])
    tilted = shares * np.exp(np.multiply.outer(np.array(steps), score))
    return np.asarray(tilted / tilted.sum(axis=-1, keepdims=True))


def hellinger(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """How far two distributions over the same categories are apart: 0 the same, 1 nothing in common.

    A normal column that moves by 0.2 standard deviations comes to 0.07, and so does a share that grows from 2 % to 6 %.

    >>> round(hellinger(np.array([0.02, 0.98]), np.array([0.06, 0.94])), 3)
    0.075
    """
    return float(np.sqrt(max(0.0, 1.0 - float(np.sum(np.sqrt(first * second))))))


def log_gamma(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of the gamma function of positive numbers, to about 1e-10: Stirling's series eight steps further on."""
    z = np.asarray(x, dtype=np.float64)
    back = np.ones_like(z)
    for step in range(_AHEAD):
        back = back * (z + step)
    far = z + _AHEAD
    inverse = 1.0 / far
    series = inverse * (1.0 / 12.0 - inverse**2 * (1.0 / 360.0 - inverse**2 / 1260.0))
    return np.asarray((far - 0.5) * np.log(far) - far + 0.5 * log(2.0 * np.pi) + series - np.log(back))


def _mixture(
    counts: NDArray[np.float64], shares: NDArray[np.float64], alternatives: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Log likelihood under the mean of several guesses; half the weight on ``alternatives`` where there are any."""
    total = counts.sum(axis=-1)
    parts = []
    for strength in _CONCENTRATIONS:
        own = strength * shares
        spread = (log_gamma(own + counts) - log_gamma(own)).sum(axis=-1)
        parts.append(spread + log_gamma(np.array(strength)) - log_gamma(strength + total))
    smooth = np.logaddexp.reduce(parts, axis=0) - log(len(parts))
    if alternatives is None or not len(alternatives):
        return np.asarray(smooth)
    fixed = np.logaddexp.reduce(counts @ np.log(alternatives).T, axis=-1) - log(len(alternatives))
    return np.asarray(np.logaddexp(smooth, fixed) - log(2.0))


def _x_log_y(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(x * np.log(np.where(x > 0.0, y, 1.0)))
