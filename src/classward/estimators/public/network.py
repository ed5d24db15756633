"""A small network over numbers with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.featurise import fit_smooth_featuriser
from classward.estimators.network import NetworkSettings, fit_network
from classward.estimators.public.over_numbers import Learn, NumbersClassifier, never_stop
from classward.inference import Features, NetworkScorer

__all__ = ["Network"]


class Network(NumbersClassifier):
    """Two hidden layers whose weights are averaged over passes, stopped on a tenth of the rows.

    Strong where classes are smooth in many columns and rows are thousands. Not for a few dozen rows.

    Parameters
    ----------
    first, second : int, default=192, 96
        Units of the two layers.
    epochs : int, default=60
        Most passes over the rows.
    patience : int, default=8
        Passes without a gain on the inner fold after which to stop.
    random_state : int, RandomState or None, default=0
        First weights, order of rows, inner fold.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True)
    >>> bool(Network(64, 32).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9)
    True
    """

    def __init__(
        self,
        first: int = 192,
        second: int = 96,
        *,
        epochs: int = 60,
        patience: int = 8,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.first = first
        self.second = second
        self.epochs = epochs
        self.patience = patience
        self.random_state = random_state

    def _learn(self) -> Learn:
        return fit_smooth_featuriser

    def _score(self, features: Features, codes: NDArray[np.int64], seed: int, weight: Any) -> NetworkScorer:
        settings = NetworkSettings(first=self.first, second=self.second, epochs=self.epochs, patience=self.patience)
        return fit_network(
            features, codes, n_classes=len(self.classes_), settings=settings, seed=seed, should_stop=never_stop,
            weight=weight,
        )  # fmt: skip
