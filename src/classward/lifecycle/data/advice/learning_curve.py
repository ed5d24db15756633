"""What more rows are expected to bring, if errors go on falling as they fell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classward.domain import Interval, Measure

__all__ = ["expected_recall"]

_FEWEST = 3
_LEAST_ERROR = 1e-4
_T = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)  # 97.5 % points of t with 1, 2 … 10 degrees
_T_MANY = 2.2


def expected_recall(points: Sequence[tuple[int, float]], n: int) -> Measure | None:
    """Continue a class's learning curve: error = a · rows^(-b), fitted to logarithms, b never below 0.

    For planning only, and not far beyond what was seen: a power law promises too much where the error has a floor (labels
    that disagree, features that do not tell).

    Parameters
    ----------
    points : sequence of (rows learned from, recall)
    n : int
        Rows to continue to.

    Returns
    -------
    recall : Measure or None
        Estimated; ``n`` of the measure counts points, the interval (wide with three points) is that of the fitted curve.
        ``None`` with fewer than three different sizes.

    References
    ----------
    Hestness et al. (2017). Deep learning scaling is predictable, empirically. arXiv 1712.00409.

    Examples
    --------
    >>> round(expected_recall([(100, 0.6), (200, 0.7172), (400, 0.8)], 800).value, 2)
    0.86
    """
    if len({size for size, _ in points if size > 0}) < _FEWEST:
        return None
    x = np.log([size for size, _ in points])
    y = np.log(np.maximum([1 - recall for _, recall in points], _LEAST_ERROR))
    slope = min(0.0, float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()))
    at = slope * (np.log(n) - x.mean())
    middle = y.mean() + at
    degrees = len(x) - 2
    rest = y - y.mean() - slope * (x - x.mean())
    variance = (
        float(rest @ rest) / degrees * (1 / len(x) + (np.log(n) - x.mean()) ** 2 / float(((x - x.mean()) ** 2).sum()))
    )
    half = (_T[degrees - 1] if degrees <= len(_T) else _T_MANY) * float(np.sqrt(variance))
    value, low, high = (1 - float(np.exp(min(0.0, m))) for m in (middle, middle + half, middle - half))
    interval = Interval(low=low, high=high, level=0.95, method="Student's t about a power law")
    return Measure(value=value, n=len(points), interval=interval, basis="estimated")
