"""Boosted trees over numbers with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.featurise import fit_ordinal_featuriser
from classward.estimators.public.over_numbers import Learn, NumbersClassifier, never_stop
from classward.estimators.trees import TreeSettings, fit_trees
from classward.inference import Features, TreeScorer

__all__ = ["BoostedTrees"]


class BoostedTrees(NumbersClassifier):
    """LightGBM with settings for a few thousand rows and more, stopped early on a tenth of them.

    Strong where columns interact and differ in scale. Below a few hundred rows :class:`~classward.estimators.Linear` or
    :class:`~classward.estimators.Kernel` is often better.

    Parameters
    ----------
    iterations : int, default=300
        Most rounds; each makes one tree per class.
    learning_rate : float, default=0.06
        Step of each round.
    leaves : int, default=31
        Most leaves of a tree.
    fewest_rows : int, default=10
        Fewest rows of a leaf.
    patience : int, default=25
        Rounds without a gain on the inner fold after which to stop.
    random_state : int, RandomState or None, default=0
        Inner fold, and rows and columns of each tree.
    n_jobs : int, default=1
        Threads; the result is the same with any number.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    References
    ----------
    Ke et al. (2017). LightGBM: A Highly Efficient Gradient Boosting Decision Tree. NeurIPS.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True)
    >>> bool(BoostedTrees(40).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9)
    True
    """

    def __init__(
        self,
        iterations: int = 300,
        *,
        learning_rate: float = 0.06,
        leaves: int = 31,
        fewest_rows: int = 10,
        patience: int = 25,
        random_state: int | np.random.RandomState | None = 0,
        n_jobs: int = 1,
    ) -> None:
        self.iterations = iterations
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.fewest_rows = fewest_rows
        self.patience = patience
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _learn(self) -> Learn:
        return fit_ordinal_featuriser

    def _score(self, features: Features, codes: NDArray[np.int64], seed: int, weight: Any) -> TreeScorer:
        settings = TreeSettings(
            iterations=self.iterations, learning_rate=self.learning_rate, leaves=self.leaves,
            fewest_rows=self.fewest_rows, patience=self.patience,
        )  # fmt: skip
        return fit_trees(
            features, codes, n_classes=len(self.classes_), settings=settings, seed=seed, n_threads=self.n_jobs,
            should_stop=never_stop, weight=weight,
        )  # fmt: skip
