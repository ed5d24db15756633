"""Weighted sums, layer after layer, in double precision: linear models and networks that somebody brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["LayersScorer"]

_CHUNK_ROWS = 2048


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(-np.logaddexp(0.0, -values)))


_ACTIVATIONS: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = MappingProxyType(
    {
        "identity": lambda values: values,
        "relu": lambda values: np.maximum(values, 0.0),
        "tanh": np.tanh,
        "logistic": _sigmoid,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersScorer:
    """Layers of weighted sums with a function between them; a linear model is a single layer.

    Unlike :class:`~classward.inference.LinearScorer` it takes features as they are, and unlike
    :class:`~classward.inference.NetworkScorer` it keeps weights in double precision and knows other functions than
    cutting at 0: it repeats a model of another library exactly.

    Parameters
    ----------
    weights : tuple of float64 array of shape (n_in, n_out)
        One per layer; the first takes all feature columns, the last gives one number per class of ``present``.
    biases : tuple of float64 array of shape (n_out,)
        One per layer.
    activation : str
        Applied between layers: ``identity``, ``relu``, ``tanh`` or ``logistic``.
    is_one_vs_rest : bool
        Whether the last numbers are log-odds of each class against the rest, which are turned into logarithms of
        probabilities; otherwise they are logits as they are.
    present : int32 array
        Classes that training saw; the others get :data:`ABSENT_LOGIT`.
    n_classes : int
        Classes scored.
    """

    weights: tuple[NDArray[np.float64], ...]
    biases: tuple[NDArray[np.float64], ...]
    activation: str
    is_one_vs_rest: bool
    present: NDArray[np.int32]
    n_classes: int

    def __post_init__(self) -> None:
        pairs = tuple(zip(self.weights, self.biases, strict=True))
        if not pairs or any(w.ndim != 2 or b.shape != w.shape[1:] for w, b in pairs):
            raise ValueError("layers need weights and biases that fit")
        if any(a.shape[1] != b.shape[0] for a, b in zip(self.weights[:-1], self.weights[1:], strict=True)):
            raise ValueError("one layer makes another number of values than the next one takes")
        if not all(np.isfinite(a).all() for a in (*self.weights, *self.biases)):
            raise ValueError("weights of layers must be finite")
        if self.activation not in _ACTIVATIONS:
            raise ValueError(f"no function between layers is called {self.activation!r}")
        seen = np.unique(self.present)
        if self.present.shape != seen.shape or len(seen) != self.weights[-1].shape[1]:
            raise ValueError("the last layer and its classes differ in number")
        if seen[0] < 0 or seen[-1] >= self.n_classes:
            raise ValueError("the last layer names classes that do not exist")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return len(self.weights[0])

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes). A missing feature counts as 0."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        between = _ACTIVATIONS[self.activation]
        for start in range(0, features.n, _CHUNK_ROWS):
            stop = min(start + _CHUNK_ROWS, features.n)
            values = np.nan_to_num(features.rows(start, stop).astype(np.float64))
            for i, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
                values = (between(values) if i else values) @ weights + bias
            out[start:stop, self.present] = -np.logaddexp(0.0, -values) if self.is_one_vs_rest else values
        return out
