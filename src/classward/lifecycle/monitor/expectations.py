"""What a day's probabilities expect of its answers, before any label has come."""

from __future__ import annotations

import numpy as np
import polars as pl

from classward.domain import DayExpectation, LabelSpace, Reference
from classward.statistics import present_shares, reweighted

__all__ = ["expected_of"]

_FEWEST = 200
_MOST_ROWS = 50_000


def expected_of(rows: pl.DataFrame, label_space: LabelSpace, reference: Reference | None) -> DayExpectation | None:
    """Add up, class by class, how many rows are expected to be of it, answered so, and answered so rightly.

    Probabilities are first corrected for another mix of classes than among the training rows, if there are at least 200
    rows to tell it from. Of more than 50,000 rows every k-th enters, in order of time.

    Parameters
    ----------
    rows : DataFrame
        A whole day: ``label, probabilities``.
    label_space : LabelSpace
        Columns of the probabilities.
    reference : Reference or None
        Says what the mix was; without it there is no expectation.
    """
    if reference is None or reference.answers is None or not rows.height:
        return None
    own = rows.filter(pl.col("probabilities").list.len() == len(label_space))
    own = own.gather_every(max(1, -(-own.height // _MOST_ROWS)))
    if not own.height:
        return None
    proba = np.array(own["probabilities"].to_list(), dtype=np.float64)
    proba /= np.maximum(proba.sum(axis=1, keepdims=True), 1e-300)
    prior = np.array(reference.answers.expected[: len(label_space)])
    prior /= prior.sum()
    shares = prior
    if own.height >= _FEWEST:
        shares = present_shares(proba, prior)
        proba = reweighted(proba, prior, shares)
    place = {name: i for i, name in enumerate(label_space.names)}
    said = own["label"].replace_strict(place, default=-1, return_dtype=pl.Int64).to_numpy()
    given = said >= 0
    right = np.bincount(said[given], proba[given, said[given]], minlength=len(place))
    return DayExpectation(
        n=own.height, of_class=tuple(proba.sum(axis=0).tolist()), right=tuple(right.tolist()),
        answered=tuple(np.bincount(said[given], minlength=len(place)).tolist()),
    )  # fmt: skip
