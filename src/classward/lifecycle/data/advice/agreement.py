"""Do people who saw the same thing give the same label?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure

__all__ = ["Agreement", "agreement"]

_N_DRAWS = 300
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Krippendorff's alpha over units labelled several times; ``n`` of the measure counts units, ``n_labels`` labels."""

    alpha: Measure
    n_labels: int


def agreement(
    unit: NDArray[np.int64], y_index: NDArray[np.int64], *, n_classes: int, rng: np.random.Generator
) -> Agreement:
    """Measure how much labels of the same unit agree beyond chance: 1 always, 0 as much as by chance.

    A unit is whatever was labelled several times: an id with several rows, or rows alike in every feature. Rows that the
    features cannot tell apart need not be the same to a person, so with few coarse features a low value says that the
    features are too few, not that people disagree.

    Parameters
    ----------
    unit, y_index : int arrays of shape (n_labels,)
        Unit of each label (numbers from 0) and its class.

    Returns
    -------
    agreement : Agreement
        Without a value if fewer than two units have several labels; the interval resamples units.

    References
    ----------
    Krippendorff (2011). Computing Krippendorff's alpha-reliability.
    """
    sizes = np.bincount(unit)
    keep = sizes[unit] > 1
    _, place = np.unique(unit[keep], return_inverse=True)
    n_units = int(place.max(initial=-1)) + 1
    if n_units < 2:
        return Agreement(alpha=Measure(value=None, n=n_units), n_labels=int(keep.sum()))
    cells, counts = np.unique(place * n_classes + y_index[keep], return_counts=True)
    owner, of_class = cells // n_classes, cells % n_classes
    size = np.bincount(owner, weights=counts)
    pairs = (size * size - np.bincount(owner, weights=counts.astype(np.float64) ** 2)) / (size - 1)

    def alpha(weight: NDArray[np.float64]) -> float:
        share = np.bincount(of_class, weights=weight[owner] * counts, minlength=n_classes)
        n = share.sum()
        expected = (n * n - (share * share).sum()) / (n - 1)
        return 1.0 if expected == 0 else float(1 - (weight * pairs).sum() / expected)

    drawn = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=_N_DRAWS)
    low, high = np.quantile([alpha(w.astype(np.float64)) for w in drawn], [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    value = alpha(np.ones(n_units))
    interval = Interval(
        low=min(float(low), value), high=max(float(high), value), level=_LEVEL, method="bootstrap of units"
    )
    return Agreement(alpha=Measure(value=value, n=n_units, interval=interval), n_labels=int(keep.sum()))
