"""A confidence sequence for a rate: an interval that may be looked at after every label."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, lgamma, log

__all__ = ["labels_needed", "log_evidence", "rate_sequence"]

_MOST_LABELS = 1_000_000


def log_evidence(k: int, n: int, p: float) -> float:
    """Natural logarithm of the evidence that ``k`` successes in ``n`` trials give against the rate ``p``.

    The likelihood under a uniform mixture of rates over the likelihood under ``p``: a nonnegative martingale of mean 1 if
    ``p`` is the truth, so by Ville's inequality it ever reaches ``1/alpha`` with probability at most ``alpha``.

    >>> log_evidence(0, 0, 0.3)
    0.0
    """
    if (k and p <= 0.0) or (n > k and p >= 1.0):
        return inf
    mixture = lgamma(k + 1) + lgamma(n - k + 1) - lgamma(n + 2)
    return mixture - (k * log(p) if k else 0.0) - ((n - k) * log(1 - p) if n > k else 0.0)


def rate_sequence(k: int, n: int, *, alpha: float) -> tuple[float, float]:
    """Bound a Bernoulli rate for all ``n`` at once, with probability at least ``1 - alpha``.

    The bounds are the ends of the set of rates with evidence below ``1/alpha`` (:func:`log_evidence`): the truth ever
    leaves them with probability at most ``alpha``, however often and whenever one looks. They are wider than an interval
    for one look (about twice at a thousand labels). Not for a rate that changes, nor for labels chosen by whether the
    answer was right.

    Parameters
    ----------
    k, n : int
        Successes among trials so far.
    alpha : float
        Chance that the truth is ever outside, over all looks, in (0, 1).

    Returns
    -------
    low, high : float
        ``(0, 1)`` when ``n`` is 0. Ends are rounded outwards.

    References
    ----------
    Robbins (1970). Statistical methods related to the law of the iterated logarithm. Annals of Mathematical Statistics 41.
    Howard, Ramdas, McAuliffe, Sekhon (2021). Time-uniform, nonparametric, nonasymptotic confidence sequences. Annals of
    Statistics 49. Waudby-Smith, Ramdas (2024). Estimating means of bounded random variables by betting. JRSS B 86.

    Examples
    --------
    >>> [round(x, 2) for x in rate_sequence(180, 200, alpha=0.05)]
    [0.82, 0.95]
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return 0.0, 1.0
    limit = log(1 / alpha)

    def is_outside(p: float) -> bool:
        return log_evidence(k, n, p) >= limit

    low = 0.0 if k == 0 else _edge(is_outside, 0.0, k / n)
    high = 1.0 if k == n else _edge(is_outside, 1.0, k / n)
    return low, high


def labels_needed(k: int, n: int, target: float, *, alpha: float) -> int | None:
    """Estimate how many more labels decide whether a rate keeps its target, if it stays as it is now.

    An estimate for planning (the next labels will not follow the present rate exactly), not a promise.

    Returns
    -------
    n_more : int or None
        0 if it is decided already; ``None`` if nothing is known yet, or if it would take more than a million.
    """
    if n == 0:
        return None
    rate = k / n

    def is_decided(total: int) -> bool:
        low, high = rate_sequence(round(rate * total), total, alpha=alpha)
        return low >= target or high < target

    if is_decided(n):
        return 0
    low, high = n, max(2 * n, 8)
    while not is_decided(min(high, n + _MOST_LABELS)):
        if high >= n + _MOST_LABELS:
            return None
        low, high = high, 2 * high
    high = min(high, n + _MOST_LABELS)
    while high - low > 1:
        middle = (low + high) // 2
        if is_decided(middle):
            high = middle
        else:
            low = middle
    return high - n


def _edge(is_outside: Callable[[float], bool], outer: float, inner: float) -> float:
    """Find where outside begins between ``outer`` (outside) and ``inner`` (inside), on the safe side."""
    for _ in range(60):
        middle = (outer + inner) / 2
        if is_outside(middle):
            outer = middle
        else:
            inner = middle
    return outer
