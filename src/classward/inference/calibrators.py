"""From logits to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Identity", "Temperature", "VectorScaling", "log_softmax", "softmax"]


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentials divided by their sum, row by row, stable for any finite logits."""
    with np.errstate(under="ignore"):
        out: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
        out /= out.sum(axis=1, keepdims=True)
    return out


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of :func:`softmax` (nats), without taking the logarithm of a small number."""
    shifted: NDArray[np.float64] = logits - logits.max(axis=1, keepdims=True)
    with np.errstate(under="ignore"):
        shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """No calibration: plain softmax."""

    @property
    def n_classes(self) -> int | None:
        """Any number of classes fits."""
        return None

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the logits back."""
        return logits

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn logits into probabilities."""
        return softmax(logits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """Logits divided by one positive number."""

    temperature: float

    def __post_init__(self) -> None:
        if not 0.0 < self.temperature < float("inf"):
            raise ValueError(f"temperature {self.temperature} is not positive")

    @property
    def n_classes(self) -> int | None:
        """Any number of classes fits."""
        return None

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Divide the logits."""
        return logits / self.temperature

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn logits into probabilities."""
        return softmax(self.rescale(logits))


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorScaling:
    """Logits times one number per class, plus another; both of shape (n_classes,)."""

    scale: NDArray[np.float64]
    bias: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.scale.ndim != 1 or self.scale.shape != self.bias.shape:
            raise ValueError(f"scale {self.scale.shape} and bias {self.bias.shape} do not fit")
        if not (np.isfinite(self.scale).all() and np.isfinite(self.bias).all()):
            raise ValueError("scale and bias must be finite")

    @property
    def n_classes(self) -> int | None:
        """Classes expected."""
        return len(self.scale)

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scale and shift the logits."""
        return logits * self.scale + self.bias

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn logits into probabilities."""
        return softmax(self.rescale(logits))
