"""A confidence sequence for a rate: an interval that may be looked at after every label."""

from __future__ import annotations

from math import lgamma, log

__all__ = ["labels_needed", "rate_sequence"]

_MOST_LABELS = 1_000_000


def rate_sequence(k: int, n: int, *, alpha: float) -> tuple[float, float]:
    """Bounds for a Bernoulli rate that hold for all ``n`` at once with probability at least ``1 - alpha``.

    The set of rates whose likelihood ratio against a uniform mixture stays below ``1/alpha``; by Ville's inequality the
    truth ever leaves it with probability at most ``alpha``, however often one looks. Not for labels chosen by whether the
    answer was right.

    Parameters
    ----------
    k, n : int
        Successes among trials so far.
    alpha : float
        Chance that the truth is ever outside, over all looks.

    References
    ----------
    Robbins (1970). Statistical methods related to the law of the iterated logarithm. Annals of Mathematical Statistics.
    Howard, Ramdas, McAuliffe, Sekhon (2021). Time-uniform, nonparametric, nonasymptotic confidence sequences. Annals of
    Statistics.

    Examples
    --------
    >>> [round(x, 2) for x in rate_sequence(180, 200, alpha=0.05)]
    [0.82, 0.95]
    """
    if n == 0:
        return 0.0, 1.0
    mixture = lgamma(k + 1) + lgamma(n - k + 1) - lgamma(n + 2)
    limit = log(1 / alpha)

    def is_outside(p: float) -> bool:
        likelihood = (k * log(p) if k else 0.0) + ((n - k) * log(1 - p) if n > k else 0.0)
        return mixture - likelihood >= limit

    best = k / n
    low = 0.0 if k == 0 else _edge(is_outside, 0.0, best)
    high = 1.0 if k == n else _edge(is_outside, 1.0, best)
    return low, high


def _edge(is_outside, outer: float, inner: float) -> float:  # type: ignore[no-untyped-def]
    """The point between ``outer`` (outside) and ``inner`` (inside) where outside begins, on the safe side."""
    for _ in range(60):
        middle = (outer + inner) / 2
        if is_outside(middle):
            outer = middle
        else:
            inner = middle
    return outer


def labels_needed(k: int, n: int, target: float, *, alpha: float) -> int | None:
    """About how many more labels until ``target`` is inside no more, if the rate stays as it is now.

    ``None`` if that would take more than a million, or nothing is known yet.
    """
    if n == 0:
        return None
    rate = k / n

    def is_decided(total: int) -> bool:
        low, high = rate_sequence(round(rate * total), total, alpha=alpha)
        return low >= target or high < target

    if is_decided(n):
        return 0
    high = max(2 * n, 8)
    while not is_decided(high):
        high *= 2
        if high > _MOST_LABELS:
            return None
    low = n
    while high - low > 1:
        middle = (low + high) // 2
        if is_decided(middle):
            high = middle
        else:
            low = middle
    return high - n
