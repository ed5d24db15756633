"""From logits to probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.inference.frame_scaling import OrderScaling, RestScaling

__all__ = [
    "Calibrator",
    "FlooredTemperature",
    "Identity",
    "MatrixScaling",
    "Temperature",
    "VectorScaling",
    "log_softmax",
    "softmax",
]


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentials divided by their sum, row by row, stable for any finite logits."""
    with np.errstate(under="ignore"):
        out: NDArray[np.float64] = np.exp(logits - np.maximum.reduce(logits, axis=1, keepdims=True))
        out /= np.add.reduce(out, axis=1, keepdims=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixScaling:
    """Scores mixed between classes: centred log-probabilities times a matrix, plus a bias.

    Parameters
    ----------
    temperature : float
        Divides the log-probabilities first.
    floor : float
        Probabilities below it count as this much, so that one bold zero cannot outweigh the rest.
    weights : float64 array of shape (n_classes, n_classes)
        Row: class in; column: class out.
    bias : float64 array of shape (n_classes,)
        Added at the end.
    """

    temperature: float
    floor: float
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.bias.ndim != 1 or self.weights.shape != 2 * self.bias.shape:
            raise ValueError(f"weights {self.weights.shape} and bias {self.bias.shape} do not fit")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.bias).all()):
            raise ValueError("weights and bias must be finite")
        if not (0.0 < self.temperature < float("inf") and 0.0 < self.floor < 1.0):
            raise ValueError(f"temperature {self.temperature} or floor {self.floor} is out of range")

    @property
    def n_classes(self) -> int | None:
        """Classes expected."""
        return len(self.bias)

    def inputs(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the matrix multiplies: floored log-probabilities over the temperature, each row centred."""
        x = np.maximum(log_softmax(logits), np.log(self.floor)) / self.temperature
        return np.asarray(x - x.mean(axis=1, keepdims=True))

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mix and shift the scores."""
        return np.asarray(self.inputs(logits) @ self.weights + self.bias)

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn logits into probabilities."""
        return softmax(self.rescale(logits))


@dataclass(frozen=True, slots=True, kw_only=True)
class FlooredTemperature:
    """Temperature scaling mixed with a little of the uniform: no class is ever called impossible.

    Parameters
    ----------
    temperature : float
        Divides the logits.
    share : float
        Share of the uniform distribution, in [0, 1).
    """

    temperature: float
    share: float

    def __post_init__(self) -> None:
        if not (0.0 < self.temperature < float("inf") and 0.0 <= self.share < 1.0):
            raise ValueError(f"temperature {self.temperature} or share {self.share} is out of range")

    @property
    def n_classes(self) -> int | None:
        """Any number of classes fits."""
        return None

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the probabilities."""
        return np.asarray(np.log(np.maximum(self.apply(logits), np.finfo(np.float64).tiny)))

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn logits into probabilities."""
        out = softmax(logits / self.temperature)
        return np.asarray((1.0 - self.share) * out + self.share / logits.shape[1])


Calibrator: TypeAlias = (
    Identity | Temperature | VectorScaling | MatrixScaling | FlooredTemperature | RestScaling | OrderScaling
)
