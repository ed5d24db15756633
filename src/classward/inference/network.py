"""A small network of dense layers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["NetworkScorer"]

_CHUNK_ROWS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkScorer:
    """Weighted sums, layer after layer, with what is negative cut to 0 between them.

    Weights are stored as they were learned, in float32; sums are taken in double precision, so that a row answers
    alike alone and among others.

    Parameters
    ----------
    weights : tuple of float32 array of shape (n_in, n_out)
        One per layer; the first takes all feature columns, the last gives one number per class of ``present``.
    biases : tuple of float32 array of shape (n_out,)
        One per layer.
    present : int32 array
        Classes that training saw; the others get :data:`ABSENT_LOGIT`.
    n_classes : int
        Classes scored.
    """

    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]
    present: NDArray[np.int32]
    n_classes: int
    _layers: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = tuple(zip(self.weights, self.biases, strict=True))
        if not pairs or any(w.ndim != 2 or b.shape != w.shape[1:] for w, b in pairs):
            raise ValueError("a network needs layers whose weights and biases fit")
        if any(a.shape[1] != b.shape[0] for a, b in zip(self.weights[:-1], self.weights[1:], strict=True)):
            raise ValueError("one layer of the network makes another number of values than the next one takes")
        if not all(np.isfinite(a).all() for a in (*self.weights, *self.biases)):
            raise ValueError("weights of the network must be finite")
        seen = np.unique(self.present)
        if self.present.shape != seen.shape or len(seen) != self.weights[-1].shape[1]:
            raise ValueError("the network's last layer and its classes differ in number")
        if seen[0] < 0 or seen[-1] >= self.n_classes:
            raise ValueError("the network names classes that do not exist")
        object.__setattr__(self, "_layers", tuple((w.astype(np.float64), b.astype(np.float64)) for w, b in pairs))

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return len(self.weights[0])

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes). A missing feature counts as 0."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        for start in range(0, features.n, _CHUNK_ROWS):
            stop = min(start + _CHUNK_ROWS, features.n)
            values = np.nan_to_num(features.rows(start, stop).astype(np.float64))
            for i, (weights, bias) in enumerate(self._layers):
                if i:
                    np.maximum(values, 0.0, out=values)
                values = values @ weights + bias
            out[start:stop, self.present] = values
        return out
