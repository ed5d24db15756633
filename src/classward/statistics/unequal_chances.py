"""Choose rows with unequal chances that are known exactly, so that what is chosen can still be weighed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["chances_by_benefit", "systematic_draw"]

_STEPS = 200
_LEAST_BENEFIT = 1e-9


def chances_by_benefit(benefit: NDArray[np.float64], n: int, *, control: float) -> NDArray[np.float64]:
    """Give each row a chance of being chosen that grows with its benefit and never falls below a random share.

    Parameters
    ----------
    benefit : float array of shape (n_rows,)
        Never below 0; only proportions matter.
    n : int
        Rows to choose, on average and (with :func:`systematic_draw`) exactly.
    control : float
        Share of the choice that is random, in (0, 1]: no row's chance is below ``control * n / n_rows``, so no weight is
        above its inverse. 1 makes all alike.

    Returns
    -------
    chances : float array of shape (n_rows,)
        In (0, 1]; their sum is ``n``, or the number of rows if those are fewer.

    Raises
    ------
    ValueError
        For a benefit below 0 or not finite, fewer rows than none, or a control out of bounds.

    References
    ----------
    Tillé (2006). Sampling Algorithms. Springer, section 2.10 (inclusion probabilities proportional to size).

    Examples
    --------
    >>> chances_by_benefit(np.array([4.0, 1.0, 1.0, 0.0]), 2, control=0.2).round(2).tolist()
    [1.0, 0.45, 0.45, 0.1]
    """
    if n < 0 or not 0.0 < control <= 1.0 or not np.isfinite(benefit).all() or (benefit < 0.0).any():
        raise ValueError(f"cannot choose {n} of {len(benefit)} rows with a random share of {control}")
    if n >= len(benefit):
        return np.ones(len(benefit))
    least = control * n / len(benefit)
    even = np.full(len(benefit), n / len(benefit))
    if control == 1.0 or benefit.max(initial=0.0) == 0.0:
        return even
    scaled = np.maximum(benefit / benefit.max(), _LEAST_BENEFIT)
    low, high = 0.0, 1.0 / _LEAST_BENEFIT  # there every chance is 1
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if np.clip(middle * scaled, least, 1.0).sum() < n else (low, middle)
    found = np.clip(high * scaled, least, 1.0)
    between = (found > least) & (found < 1.0)
    found[between] *= 1.0 + (n - found.sum()) / max(float(found[between].sum()), 1e-12)
    return np.asarray(np.minimum(found, 1.0))


def systematic_draw(chances: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw rows so that each comes with exactly its chance and the draw is spread evenly over the order given.

    Parameters
    ----------
    chances : float array of shape (n_rows,)
        In [0, 1], with a whole sum: so many rows are drawn.
    rng : numpy Generator
        Chooses where to begin; nothing else is random.

    Returns
    -------
    rows : int array
        Ascending, unique.

    References
    ----------
    Madow (1949). On the Theory of Systematic Sampling, II. Annals of Mathematical Statistics 20.
    """
    ends = np.cumsum(chances)
    n = round(float(ends[-1])) if len(ends) else 0
    marks = rng.random() + np.arange(n)
    return np.unique(np.minimum(np.searchsorted(ends, marks, side="right"), max(len(chances) - 1, 0))).astype(np.int64)
