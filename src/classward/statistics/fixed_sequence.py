"""Many thresholds tested on the same rows with one chance of being wrong."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["fallback_rejections"]


def fallback_rejections(p_values: Sequence[float], *, starts: Sequence[int], error_rate: float) -> tuple[bool, ...]:
    """Reject hypotheses in a fixed order, from several starting points.

    Every start gets an equal part of ``error_rate``; a hypothesis that is rejected hands what it was tested at on to the
    next, one that is not loses it. The chance of rejecting any true hypothesis is at most ``error_rate``, whatever the tests
    have to do with each other. Order and starts must be fixed before the rows are looked at.

    Parameters
    ----------
    p_values : sequence of float
        In the order of testing.
    starts : sequence of int
        Positions that get a part of the error rate.

    Returns
    -------
    is_rejected : tuple of bool
        In the same order.

    References
    ----------
    Wiens, Dmitrienko (2005). The fallback procedure for evaluating a single family of hypotheses. J. Biopharm. Statistics;
    Angelopoulos, Bates, Candès, Jordan, Lei (2025). Learn then test. Annals of Applied Statistics.

    Examples
    --------
    >>> fallback_rejections([0.2, 0.01, 0.04, 0.001], starts=(0, 1), error_rate=0.1)
    (False, True, True, True)
    """
    first, level, rejected = set(starts), 0.0, []
    for i, p in enumerate(p_values):
        level += error_rate / len(first) if i in first else 0.0
        rejected.append(p <= level and level > 0.0)
        level = level if rejected[-1] else 0.0
    return tuple(rejected)
