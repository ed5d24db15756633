"""A scorer by likeness to training rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT, standardise

__all__ = ["LikenessScorer", "bend", "likeness"]

_CHUNK_ROWS = 1024


def likeness(
    rows: NDArray[np.float32], support: NDArray[np.float32], lengths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """``exp(-|a - b|²)`` of each row and each support row: 1 for the same point, near 0 far away.

    ``lengths`` are the squared lengths of the support rows.
    """
    distance = (rows * rows).sum(axis=1)[:, None] + lengths - 2.0 * (rows @ support.T)
    made: NDArray[np.float32] = np.exp(-np.maximum(distance, 0.0))
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessScorer:
    """Logits from a weighted sum of likenesses to support rows, bent by one curve for all classes.

    A sum ``s`` (about -1 for "no", 1 for "yes") becomes ``a·s + b·(s - c)³``; ``a, b ≥ 0``, so a larger sum never
    gives a smaller logit. The dense block alone is read.

    Parameters
    ----------
    mean, scale : float64 array of shape (n_columns,)
        How features are standardised; ``scale`` holds the width of the kernel too.
    support : float32 array of shape (n_support, n_columns)
        Standardised training rows.
    weights : float32 array of shape (n_support, n_classes)
        What likeness to a support row says about each class.
    intercept : float64 array of shape (n_classes,)
        Added to the sum.
    curve : float64 array of shape (3,)
        ``a, b, c``.
    is_absent : bool array of shape (n_classes,)
        Classes without a training row.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    support: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    curve: NDArray[np.float64]
    is_absent: NDArray[np.bool_]
    _lengths: NDArray[np.float32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n_support, n_columns = self.support.shape
        n_classes = len(self.intercept)
        fits = (
            self.mean.shape == self.scale.shape == (n_columns,)
            and self.weights.shape == (n_support, n_classes)
            and self.is_absent.shape == (n_classes,)
            and self.curve.shape == (3,)
            and float(self.curve[:2].min()) >= 0.0
        )
        if not fits:
            raise ValueError(f"support {self.support.shape}, weights {self.weights.shape}, curve do not fit")
        object.__setattr__(self, "_lengths", (self.support * self.support).sum(axis=1))

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return int(self.support.shape[1])

    @property
    def n_classes(self) -> int:
        """Classes scored."""
        return len(self.intercept)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes)."""
        out = np.empty((features.n, self.n_classes))
        for start in range(0, features.n, _CHUNK_ROWS):
            rows = standardise(features.dense[start : start + _CHUNK_ROWS], self.mean, self.scale).astype(np.float32)
            out[start : start + _CHUNK_ROWS] = likeness(rows, self.support, self._lengths) @ self.weights
        return bend(out + self.intercept, self.curve, self.is_absent)


def bend(sums: NDArray[np.float64], curve: NDArray[np.float64], is_absent: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Sums of likeness → logits."""
    a, b, c = curve
    out: NDArray[np.float64] = np.where(is_absent, ABSENT_LOGIT, a * sums + b * (sums - c) ** 3)
    return out
