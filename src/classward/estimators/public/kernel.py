"""Kernel machines over numbers with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.featurise import fit_smooth_featuriser
from classward.estimators.kernel import KernelSettings, fit_kernel
from classward.estimators.public.over_numbers import Learn, NumbersClassifier
from classward.inference import Features, KernelScorer

__all__ = ["Kernel"]


class Kernel(NumbersClassifier):
    """One-against-one support vectors with a radial kernel over normal scores of ranks.

    Strong on tables of a few hundred to 20,000 rows where classes are smooth in many columns. Its cost grows with the
    square of the rows; more than 30,000 are refused.

    Parameters
    ----------
    c : float, default=6.0
        Price of a row on the wrong side.
    width : float, default=1.0
        Width of the kernel, relative to the median distance rule.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True)
    >>> bool(Kernel().fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9)
    True
    """

    def __init__(self, c: float = 6.0, *, width: float = 1.0) -> None:
        self.c = c
        self.width = width

    def _learn(self) -> Learn:
        return fit_smooth_featuriser

    def _score(self, features: Features, codes: NDArray[np.int64], seed: int, weight: Any) -> KernelScorer:
        settings = KernelSettings(c=self.c, width=self.width)
        return fit_kernel(features, codes, n_classes=len(self.classes_), settings=settings, weight=weight)
