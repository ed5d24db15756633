"""A linear scorer over dense and sparse features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features

__all__ = ["ABSENT_LOGIT", "LinearScorer", "standardise"]

ABSENT_LOGIT = -50.0
"""Logit of a class without a single training row: far below any other, yet finite."""

_LIMIT = 8.0


def standardise(
    dense: NDArray[np.float32], mean: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Centre and scale dense features; missing values become 0 (the mean), outliers stop at 8 standard deviations."""
    out = np.clip((dense - mean) / scale, -_LIMIT, _LIMIT)
    out[np.isnan(out)] = 0.0
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearScorer:
    """Logits as weighted sums.

    Parameters
    ----------
    mean, scale : float64 array of shape (n_dense,)
        How dense features are standardised.
    weights : float32 array of shape (n_dense + n_sparse, n_classes)
        One row per feature, so that a sparse row touches few pages.
    intercept : float64 array of shape (n_classes,)
        Added to every row.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.weights.ndim != 2 or self.intercept.shape != self.weights.shape[1:]:
            raise ValueError(f"weights {self.weights.shape} and intercept {self.intercept.shape} do not fit")
        if self.mean.ndim != 1 or self.scale.shape != self.mean.shape or len(self.mean) > len(self.weights):
            raise ValueError(f"mean {self.mean.shape} and scale {self.scale.shape} do not fit")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return len(self.weights)

    @property
    def n_dense(self) -> int:
        """Feature columns expected in the dense block."""
        return len(self.mean)

    @property
    def n_classes(self) -> int:
        """Classes scored."""
        return len(self.intercept)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes)."""
        n_dense = len(self.mean)
        out = np.empty((features.n, self.n_classes))
        out[:] = self.intercept
        if n_dense:
            dense = standardise(features.dense, self.mean, self.scale)
            out += dense @ self.weights[:n_dense].astype(np.float64)
        if self.n_columns > n_dense:
            self._add_sparse(features, out, self.weights[n_dense:])
        return out

    def _add_sparse(self, features: Features, out: NDArray[np.float64], weights: NDArray[np.float32]) -> None:
        sparse = features.sparse
        ends = sparse.indptr.tolist()
        for i in range(features.n):
            low, high = ends[i], ends[i + 1]
            if high > low:
                out[i] += sparse.data[low:high] @ weights.take(sparse.indices[low:high], axis=0)
