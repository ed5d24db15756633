"""Randomised trees over numbers with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.featurise import fit_ordinal_featuriser
from classward.estimators.forest import ForestSettings, fit_forest
from classward.estimators.public.over_numbers import Learn, NumbersClassifier, never_stop
from classward.inference import Features, ForestScorer

__all__ = ["Forest"]


class Forest(NumbersClassifier):
    """The mean of many extremely randomised trees: few knobs, hard to break.

    Not for wide sparse columns such as words: see :class:`~classward.estimators.LinearText`.

    Parameters
    ----------
    trees : int, default=300
        How many.
    fewest_rows : int, default=2
        Fewest rows of a leaf.
    random_state : int, RandomState or None, default=0
        Columns and cuts of each tree.
    n_jobs : int, default=1
        Threads; the result is the same with any number.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    References
    ----------
    Geurts, Ernst, Wehenkel (2006). Extremely randomized trees. Machine Learning 63.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True)
    >>> bool(Forest(50).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9)
    True
    """

    def __init__(
        self,
        trees: int = 300,
        *,
        fewest_rows: int = 2,
        random_state: int | np.random.RandomState | None = 0,
        n_jobs: int = 1,
    ) -> None:
        self.trees = trees
        self.fewest_rows = fewest_rows
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _learn(self) -> Learn:
        return fit_ordinal_featuriser

    def _score(self, features: Features, codes: NDArray[np.int64], seed: int, weight: Any) -> ForestScorer:
        return fit_forest(
            features, codes, n_classes=len(self.classes_), seed=seed, n_threads=self.n_jobs, should_stop=never_stop,
            settings=ForestSettings(trees=self.trees, fewest_rows=self.fewest_rows), weight=weight,
        )  # fmt: skip
