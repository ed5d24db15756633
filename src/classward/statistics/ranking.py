"""How well a score puts the rows of one class before all others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure
from classward.statistics.intervals import wilson

__all__ = ["Ranking", "ranked"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows in order of falling score, tied rows together: positives and negatives of each group of ties."""

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]

    def auc(self) -> Measure:
        """Chance that a positive row scores above a negative one (ties count half), with DeLong's interval.

        The interval is taken on the log-odds scale; where every pair is in order (or none), whose spread would be 0, it is
        Wilson's at the size of the smaller side. No value when a side is empty; n counts all rows.

        References
        ----------
        DeLong, DeLong, Clarke-Pearson (1988). Comparing the areas under two or more correlated ROC curves. Biometrics 44.
        """
        n_pos, n_neg = int(self.positives.sum()), int(self.negatives.sum())
        if n_pos == 0 or n_neg == 0:
            return Measure(value=None, n=0)
        below = (n_neg - self.negatives.cumsum() + self.negatives / 2) / n_neg
        above = (self.positives.cumsum() - self.positives / 2) / n_pos
        value = float(np.clip((below * self.positives).sum() / n_pos, 0.0, 1.0))
        fewer = min(n_pos, n_neg)
        if fewer < 2 or value in (0.0, 1.0):
            low, high = wilson(value * fewer, fewer, level=_LEVEL)
            method = "Wilson at the smaller side"
        else:
            spread = (self.positives * (below - value) ** 2).sum() / (n_pos * (n_pos - 1))
            spread += (self.negatives * (above - value) ** 2).sum() / (n_neg * (n_neg - 1))
            low, high = _on_log_odds(value, math.sqrt(spread))
            method = "DeLong, on log odds"
        interval = Interval(low=low, high=high, level=_LEVEL, method=method)
        return Measure(value=value, n=n_pos + n_neg, interval=interval)

    def average_precision(self) -> Measure:
        """Mean precision over the steps of recall (area under the precision-recall curve, without interpolation).

        The interval treats it as a share of the positive rows on the log-odds scale (Wilson's at either end): rough for few
        positives. Unlike the
        AUC it depends on how frequent the class is: a score that tells nothing has the class's share.

        References
        ----------
        Boyd, Eng, Page (2013). Area under the precision-recall curve: point estimates and confidence intervals. ECML.
        """
        n_pos = int(self.positives.sum())
        if n_pos == 0:
            return Measure(value=None, n=0)
        hits = self.positives.cumsum()
        precision = hits / (hits + self.negatives.cumsum())
        value = float(np.clip((precision * self.positives).sum() / n_pos, 0.0, 1.0))
        if n_pos * min(value, 1 - value) < 1:  # so close to an end, the log-odds scale would span nearly everything
            low, high = wilson(value * n_pos, n_pos, level=_LEVEL)
        else:
            low, high = _on_log_odds(value, math.sqrt(value * (1 - value) / n_pos))
        interval = Interval(low=low, high=high, level=_LEVEL, method="log odds, by positives")
        return Measure(value=value, n=n_pos + int(self.negatives.sum()), interval=interval)

    def precision_recall(self, n_points: int = 25) -> tuple[tuple[float, float], ...]:
        """The curve as (recall, precision), from the highest threshold down; at most ``n_points``, first and last kept."""
        n_pos = int(self.positives.sum())
        if n_pos == 0:
            return ()
        hits = self.positives.cumsum()
        steps = np.flatnonzero(self.positives)
        recall, precision = hits[steps] / n_pos, (hits / (hits + self.negatives.cumsum()))[steps]
        kept = np.unique(np.linspace(0, len(steps) - 1, min(n_points, len(steps))).round().astype(np.int64))
        return tuple((round(float(recall[i]), 4), round(float(precision[i]), 4)) for i in kept)

    def roc(self, n_points: int = 25) -> tuple[tuple[float, float], ...]:
        """The curve as (share of negatives, share of positives) called positive, from (0, 0) to (1, 1)."""
        n_pos, n_neg = int(self.positives.sum()), int(self.negatives.sum())
        if n_pos == 0 or n_neg == 0:
            return ()
        rise = np.concatenate([[0], self.positives.cumsum()]) / n_pos
        run = np.concatenate([[0], self.negatives.cumsum()]) / n_neg
        way = run + rise
        kept = np.unique(np.searchsorted(way, np.linspace(0.0, 2.0, n_points) - 1e-12))
        return tuple((round(float(run[i]), 4), round(float(rise[i]), 4)) for i in kept)


def ranked(scores: NDArray[np.float64], is_positive: NDArray[np.bool_]) -> Ranking:
    """Put rows in order of falling score.

    Parameters
    ----------
    scores : float array of shape (n_samples,)
        Finite; larger means more like the positive class.
    is_positive : bool array of shape (n_samples,)
        Which rows are of the class.

    Examples
    --------
    >>> ranked(np.array([0.9, 0.8, 0.3]), np.array([True, False, True])).auc().value
    0.5
    """
    order = np.argsort(-scores)
    descending, flags = scores[order], is_positive[order].astype(np.int64)
    starts = np.flatnonzero(np.diff(descending, prepend=np.inf)) if len(scores) else np.zeros(0, dtype=np.int64)
    positives = np.add.reduceat(flags, starts) if len(starts) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(scores)))
    return Ranking(positives, sizes - positives)


def _on_log_odds(value: float, spread: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(0.5 + _LEVEL / 2)
    middle, half = math.log(value / (1 - value)), z * spread / (value * (1 - value))
    return _share(middle - half), _share(middle + half)


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0
