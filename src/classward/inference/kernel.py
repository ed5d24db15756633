"""Support vectors compared with a row through a radial kernel."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["KernelScorer", "pairs_to_scores"]

_CHUNK_CELLS = 1 << 21
_SLOPE = 3.0
_SCALE = 2.0


def pairs_to_scores(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn margins between pairs of classes into one score per class.

    Three times a margin is read as the log-odds of a pair; a class scores twice the mean, over its pairs, of the
    log-probability of winning. The scale is a start: a calibrator fits it to the data.

    Parameters
    ----------
    margins : float64 array of shape (n, k, k)
        ``[:, i, j]`` is positive where class i beats class j, and minus ``[:, j, i]``.

    Returns
    -------
    float64 array of shape (n, k)
    """
    k = margins.shape[1]
    losses = np.logaddexp(0.0, -_SLOPE * margins)
    losses[:, np.arange(k), np.arange(k)] = 0.0
    scores: NDArray[np.float64] = losses.sum(axis=2) * (-_SCALE / k)
    return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelScorer:
    """One-against-one support vector machines over ``exp(-gamma · |row - vector|²)``.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_columns)
        Training rows that matter, those of the first class first.
    weights : float64 array of shape (n_vectors, k - 1)
        Of a vector of class ``c``, its weight in the machine of ``c`` against each other class, in order.
    counts : int32 array of shape (k,)
        Vectors of each class of ``present``.
    intercept : float64 array of shape (k · (k - 1) / 2,)
        Of each pair, (0, 1) first, then (0, 2) and so on.
    gamma : float
        Inverse width of the kernel.
    present : int32 array of shape (k,)
        Classes that training saw; the others get :data:`ABSENT_LOGIT`.
    n_classes : int
        Classes scored.
    """

    vectors: NDArray[np.float32]
    weights: NDArray[np.float64]
    counts: NDArray[np.int32]
    intercept: NDArray[np.float64]
    gamma: float
    present: NDArray[np.int32]
    n_classes: int
    _exact: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _squares: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        seen = np.unique(self.present)
        k = len(seen)
        if self.present.shape != (k,) or k < 2 or seen[0] < 0 or seen[-1] >= self.n_classes:
            raise ValueError("a kernel model needs two or more different classes that exist")
        if self.counts.shape != (k,) or (self.counts < 0).any() or self.counts.sum() != len(self.vectors):
            raise ValueError("support vectors and their number per class differ")
        if self.vectors.ndim != 2 or self.weights.shape != (len(self.vectors), k - 1):
            raise ValueError("support vectors and their weights differ in number")
        if self.intercept.shape != (k * (k - 1) // 2,):
            raise ValueError("pairs of the kernel model and their intercepts differ in number")
        arrays = (self.vectors, self.weights, self.intercept)
        if not all(np.isfinite(a).all() for a in arrays) or not 0.0 < self.gamma < np.inf:
            raise ValueError("numbers of the kernel model must be finite")
        exact = self.vectors.astype(np.float64)
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_squares", np.einsum("ij,ij->i", exact, exact))

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return int(self.vectors.shape[1])

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes). A missing feature counts as 0; memory stays bounded."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        step = max(1, _CHUNK_CELLS // max(len(self.vectors), len(self.present) ** 2))
        for start in range(0, features.n, step):
            stop = min(start + step, features.n)
            rows = np.nan_to_num(features.rows(start, stop).astype(np.float64))
            out[start:stop, self.present] = pairs_to_scores(self.margins(rows))
        return out

    def margins(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Let each pair of classes decide.

        Parameters
        ----------
        rows : float64 array of shape (n, n_columns)

        Returns
        -------
        float64 array of shape (n, k, k)
            ``[:, i, j]`` is positive where class ``present[i]`` beats ``present[j]``.
        """
        k = len(self.present)
        closeness = self._closeness(rows)
        pulls = np.zeros((len(rows), k, k))
        others = ~np.eye(k, dtype=bool)
        low = 0
        for c, count in enumerate(self.counts.tolist()):
            span = slice(low, low + count)
            pulls[:, c, others[c]] = closeness[:, span] @ self.weights[span]
            low += count
        first, second = np.triu_indices(k, 1)
        decided = pulls[:, first, second] + pulls[:, second, first] + self.intercept
        pulls[:, first, second] = decided
        pulls[:, second, first] = -decided
        return pulls

    def _closeness(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        distance = rows @ self._exact.T
        distance *= -2.0
        distance += self._squares
        distance += np.einsum("ij,ij->i", rows, rows)[:, None]
        np.maximum(distance, 0.0, out=distance)
        distance *= -self.gamma
        with np.errstate(under="ignore"):
            np.exp(distance, out=distance)
        return distance
