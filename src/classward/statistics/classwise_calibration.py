"""How far each class's own probability is from its share of rows, and how far chance alone would take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.statistics.calibration_error import BINS, equal_mass_bins

__all__ = ["ClasswiseErrors", "classwise_errors", "ece_interval", "equal_share_bins"]

_MOST_CELLS = 4_000_000
_DRAWN = 0.998
"""Share of draws within the bounds: simulations showed 80 to 95 % coverage with the nominal 0.95, and this brings 95."""


@dataclass(frozen=True, slots=True)
class ClasswiseErrors:
    """Calibration error of every class beside its null, arrays of shape (n_classes,), and of the mean over classes.

    ``p_adjusted`` keeps the chance of blaming any class of a perfect model at the level it is compared with.
    """

    errors: NDArray[np.float64]
    null_mean: NDArray[np.float64]
    null_p95: NDArray[np.float64]
    p_adjusted: NDArray[np.float64]
    mean_error: float
    mean_null: float
    mean_null_p95: float


def classwise_errors(
    proba: NDArray[np.float64],
    y_index: NDArray[np.int64],
    *,
    rng: np.random.Generator,
    n_draws: int = 400,
    n_bins: int = BINS,
) -> ClasswiseErrors:
    """Measure the calibration error of each column, and what a perfect model shows on the same probabilities.

    Per class: mean over bins of equal mass of the distance between the sum of its probabilities and its rows, by rows (so
    that the mean over classes is the class-wise error of Kull et al.). In the null the rows of a class within a bin are a
    sum of independent yes-or-no draws; it is drawn as the binomial with the same mean and variance. Corrected over classes
    by the largest standardised error of each draw.

    Parameters
    ----------
    proba : float array of shape (n_samples, n_classes)
        Each row sums to 1; at least one row.
    y_index : int array of shape (n_samples,)
        True columns.

    Returns
    -------
    errors : ClasswiseErrors
        Cost: one sort of the rows per class, and ``n_draws`` binomials per class and bin.

    References
    ----------
    Kull et al. (2019). Beyond temperature scaling. NeurIPS. Westfall, Young (1993). Resampling-based multiple testing.
    """
    n, n_classes = proba.shape
    hits, means, squares = (np.zeros((n_classes, n_bins)) for _ in range(3))
    for k in range(n_classes):
        own, is_it = proba[:, k], y_index == k
        for b, rows in enumerate(equal_mass_bins(own, n_bins=n_bins)):
            hits[k, b], means[k, b], squares[k, b] = is_it[rows].sum(), own[rows].sum(), (own[rows] ** 2).sum()
    observed = np.abs(hits - means).sum(axis=1) / n
    trials = np.maximum(np.rint(means**2 / np.maximum(squares, 1e-300)), np.ceil(means)).astype(np.int64)
    share = np.clip(means / np.maximum(trials, 1), 0.0, 1.0)
    drawn = np.empty((n_draws, n_classes))
    step = max(1, _MOST_CELLS // max(means.size, 1))
    for start in range(0, n_draws, step):
        size = (min(step, n_draws - start), *means.shape)
        drawn[start : start + size[0]] = np.abs(rng.binomial(trials, share, size=size) - means).sum(axis=2) / n
    null_mean, spread = drawn.mean(axis=0), np.maximum(drawn.std(axis=0), 1e-12)
    largest = ((drawn - null_mean) / spread).max(axis=1)
    standing = (observed - null_mean) / spread
    p = (1 + (largest[:, None] >= standing).sum(axis=0)) / (1 + n_draws)
    return ClasswiseErrors(
        observed, null_mean, np.quantile(drawn, 0.95, axis=0), p, float(observed.mean()),
        float(drawn.mean()), float(np.quantile(drawn.mean(axis=1), 0.95)),
    )  # fmt: skip


def equal_share_bins(own: NDArray[np.float64], *, n_bins: int = 8, least: float = 5.0) -> list[NDArray[np.int64]]:
    """Group rows by rising probability of one class so that each group expects equally many rows of it.

    For pictures of one class among many: bins of equal mass would put nearly all of their points at 0.

    Parameters
    ----------
    own : float array of shape (n_samples,)
        Probability of the class.
    least : float, default=5.0
        Fewest rows of the class that a group expects; few rows give fewer groups.

    Examples
    --------
    >>> [len(b) for b in equal_share_bins(np.array([0.0, 0.1, 0.1, 0.8, 1.0, 1.0]), n_bins=3, least=1.0)]
    [4, 1, 1]
    """
    total = float(own.sum())
    wanted = min(n_bins, int(total // least)) if least > 0 else n_bins
    if not len(own) or wanted < 1:
        return []
    order = np.argsort(own, kind="stable")
    reached = np.cumsum(own[order])
    cuts = np.searchsorted(reached, total * np.arange(1, wanted) / wanted - 1e-9, side="left") + 1
    return [part for part in np.split(order, np.unique(np.minimum(cuts, len(own)))) if len(part)]


def ece_interval(
    confidence: NDArray[np.float64],
    is_right: NDArray[np.bool_],
    null_p95: float,
    *,
    rng: np.random.Generator,
    n_draws: int = 500,
    n_bins: int = BINS,
) -> tuple[float, float, float]:
    """Estimate the calibration error without the part that few rows alone bring, with 95 % bounds.

    The error is never near 0 on few rows. Drawn again from the shares right in each bin it grows by about the same part
    once more: twice the error minus the drawn ones (the basic bootstrap) takes that part off. Where chance alone explains
    the error (``null_p95``, from :func:`~classward.statistics.ece_null`) the lower bound is 0. It bounds the error of these
    bins: faults that cancel within a bin stay unseen.

    Returns
    -------
    debiased, low, high : float
        In [0, 1]. On few rows the bounds are wide: that is what few rows say.

    References
    ----------
    Davison, Hinkley (1997). Bootstrap Methods and their Application, 5.2. Kumar, Liang, Ma (2019). Verified uncertainty
    calibration. NeurIPS (debiased estimates).
    """
    bins = equal_mass_bins(confidence, n_bins=n_bins)
    n = len(confidence)
    sizes = np.array([len(b) for b in bins])
    stated = np.array([confidence[b].sum() for b in bins])
    right = np.array([is_right[b].sum() for b in bins])
    found = float(np.abs(right - stated).sum() / n)
    drawn = rng.binomial(sizes, (right + 0.5) / (sizes + 1), size=(n_draws, len(bins)))
    errors = np.abs(drawn - stated).sum(axis=1) / n
    low_tail, high_tail = np.quantile(errors, [(1 - _DRAWN) / 2, (1 + _DRAWN) / 2])
    debiased = max(0.0, 2 * found - float(errors.mean()))
    low = 0.0 if found <= null_p95 else max(0.0, 2 * found - float(high_tail))
    high = min(1.0, max(debiased, 2 * found - float(low_tail)))
    return debiased, min(low, debiased), high
