"""One bell curve per class and feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.calibrators import log_softmax
from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["BellScorer"]

_CHUNK_ROWS = 2048
_LOWEST = -30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BellScorer:
    """Features are taken as independent within a class, each spread like a bell curve (Gaussian naive Bayes).

    Parameters
    ----------
    mean, variance : float64 array of shape (k, n_columns)
        Of each class and feature.
    log_prior : float64 array of shape (k,)
        Logarithm (nats) of the share of each class.
    present : int32 array of shape (k,)
        Classes that training saw; the others get :data:`ABSENT_LOGIT`.
    n_classes : int
        Classes scored.
    """

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    log_prior: NDArray[np.float64]
    present: NDArray[np.int32]
    n_classes: int

    def __post_init__(self) -> None:
        k = len(self.present)
        if self.mean.ndim != 2 or self.mean.shape != self.variance.shape or self.log_prior.shape != (k,):
            raise ValueError("bell curves differ in number")
        if len(self.mean) != k or not np.isfinite(self.mean).all() or not np.isfinite(self.variance).all():
            raise ValueError("bell curves must be finite, one row per class")
        if not (self.variance > 0.0).all() or np.isnan(self.log_prior).any():
            raise ValueError("bell curves need a spread above 0")
        seen = np.unique(self.present)
        if not k or len(seen) != k or seen[0] < 0 or seen[-1] >= self.n_classes:
            raise ValueError("bell curves name classes that do not exist")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return int(self.mean.shape[1])

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes), logarithms of probabilities, not below -30.

        The curves of many features multiply to numbers beyond any honest confidence; below -30 they tell nothing.
        """
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        scale = self.log_prior - 0.5 * np.log(2.0 * np.pi * self.variance).sum(axis=1)
        for start in range(0, features.n, _CHUNK_ROWS):
            stop = min(start + _CHUNK_ROWS, features.n)
            rows = np.nan_to_num(features.rows(start, stop).astype(np.float64))
            joint = np.empty((len(rows), len(scale)))
            for c, (mean, variance) in enumerate(zip(self.mean, self.variance, strict=True)):
                joint[:, c] = scale[c] - 0.5 * (((rows - mean) ** 2) / variance).sum(axis=1)
            out[start:stop, self.present] = np.maximum(log_softmax(joint), _LOWEST)
        return out
