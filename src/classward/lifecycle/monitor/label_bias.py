"""Do labels come later for wrong answers than for right ones?"""

from __future__ import annotations

import numpy as np
import polars as pl

from classward.domain import Interval, Measure

__all__ = ["delay_of_wrong"]

_FEWEST = 20


def delay_of_wrong(outcomes: pl.DataFrame) -> Measure:
    """Chance that the label of a wrong answer took longer than that of a right one (a half: the same).

    Away from a half, figures of the latest days are off, since they hold the quick labels alone, and evidence from the first
    labels of a version is not what all its labels will say.

    Parameters
    ----------
    outcomes : DataFrame
        ``label, truth, delay_s``; truth is null where no label has come.

    Returns
    -------
    chance : Measure
        Without a value where fewer than 20 labels of either kind have come. The 99.9 % interval is that of the rank test.

    References
    ----------
    Mann, Whitney (1947). On a test of whether one of two random variables is stochastically larger than the other.
    """
    own = outcomes.filter(pl.col("truth").is_not_null() & pl.col("delay_s").is_not_null())
    is_wrong = (own["truth"] != own["label"]).to_numpy().astype(bool)
    n_wrong, n_right = int(is_wrong.sum()), int((~is_wrong).sum())
    if min(n_wrong, n_right) < _FEWEST:
        return Measure(value=None, n=n_wrong + n_right)
    ranks = own["delay_s"].rank("average").to_numpy()
    above = ranks[is_wrong].sum() - n_wrong * (n_wrong + 1) / 2
    chance = float(above / (n_wrong * n_right))
    half = 3.29 * float(np.sqrt((n_wrong + n_right + 1) / (12.0 * n_wrong * n_right)))
    interval = Interval(low=max(0.0, chance - half), high=min(1.0, chance + half), level=0.999, method="rank test")
    return Measure(value=chance, n=n_wrong + n_right, interval=interval)
