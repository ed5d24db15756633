"""Logistic regression or linear support vectors over numbers with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.featurise import fit_featuriser
from classward.estimators.linear import LinearSettings, fit_linear
from classward.estimators.public.over_numbers import Learn, NumbersClassifier
from classward.inference import Features, LinearScorer

__all__ = ["Linear"]


class Linear(NumbersClassifier):
    """One weight per number and class: the first thing to try on any table.

    Numbers are standardised; a missing one counts as the mean. Not for boundaries that bend: see
    :class:`~classward.estimators.BoostedTrees` and :class:`~classward.estimators.Kernel`.

    Parameters
    ----------
    solver : str, default="logistic"
        ``logistic`` (multinomial) or ``svc`` (one against the rest, linear support vectors).
    c : float, default=0.5
        Inverse strength of regularisation.
    iterations : int, default=400
        Most passes over the rows.
    random_state : int, RandomState or None, default=0
        Order of rows in the support vector solver.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> bool(Linear().fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9)
    True
    """

    def __init__(
        self,
        solver: str = "logistic",
        *,
        c: float = 0.5,
        iterations: int = 400,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.solver = solver
        self.c = c
        self.iterations = iterations
        self.random_state = random_state

    def _learn(self) -> Learn:
        return fit_featuriser

    def _score(self, features: Features, codes: NDArray[np.int64], seed: int, weight: Any) -> LinearScorer:
        settings = LinearSettings(solver=self.solver, c=self.c, iterations=self.iterations)
        return fit_linear(features, codes, n_classes=len(self.classes_), settings=settings, seed=seed, weight=weight)
