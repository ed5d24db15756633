"""From the log-odds of many binary questions to one distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.linear import ABSENT_LOGIT

__all__ = ["OrderScaling", "RestScaling"]

_SMALLEST = 1e-9


def _yes(logits: NDArray[np.float64], slope: NDArray[np.float64], bias: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-(logits * slope + bias))))


def _check(slope: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
    if slope.ndim != 1 or slope.shape != bias.shape or not len(slope):
        raise ValueError(f"slope {slope.shape} and bias {bias.shape} do not fit")
    if not (np.isfinite(slope).all() and np.isfinite(bias).all() and (slope > 0.0).all()):
        raise ValueError("slopes are positive and finite, and so are biases finite")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestScaling:
    """Each class against the rest, each question calibrated by itself, and the answers divided by their sum.

    Parameters
    ----------
    slope, bias : float64 arrays of shape (n_classes,)
        Log-odds of "it is this class" are ``slope * logit + bias``.

    References
    ----------
    Platt (1999). Probabilistic outputs for support vector machines. Zadrozny, Elkan (2002). Transforming classifier scores
    into accurate multiclass probability estimates. KDD (division by the sum).
    """

    slope: NDArray[np.float64]
    bias: NDArray[np.float64]

    def __post_init__(self) -> None:
        _check(self.slope, self.bias)

    @property
    def n_classes(self) -> int | None:
        """Classes expected."""
        return len(self.slope)

    def yes(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probability of yes to each question, of shape (n, n_classes); rows do not sum to 1."""
        return _yes(logits, self.slope, self.bias)

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the probabilities."""
        return np.asarray(np.log(self.apply(logits)))

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn log-odds into probabilities; a row to which every question says no is spread by what little each says."""
        yes = np.maximum(self.yes(logits), _SMALLEST)
        return np.asarray(yes / yes.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderScaling:
    """Ordered classes by questions "is it above this one?", each calibrated by itself; differences are the classes.

    Parameters
    ----------
    slope, bias : float64 arrays of shape (n_classes,)
        Log-odds of "it is above this class" are ``slope * logit + bias``; the last column is not read.

    References
    ----------
    Frank, Hall (2001). A simple approach to ordinal classification. ECML.
    """

    slope: NDArray[np.float64]
    bias: NDArray[np.float64]

    def __post_init__(self) -> None:
        _check(self.slope, self.bias)

    @property
    def n_classes(self) -> int | None:
        """Classes expected."""
        return len(self.slope)

    def yes(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probability of being above each class, of shape (n, n_classes), never rising with it; 0 at the end."""
        is_asked = logits > ABSENT_LOGIT
        below_all = ~np.logical_or.accumulate(is_asked, axis=1)  # no row was seen there: every row is above
        above = np.where(is_asked, _yes(logits, self.slope, self.bias), below_all.astype(np.float64))
        above = np.minimum.accumulate(above, axis=1)
        above[:, -1] = 0.0
        return np.asarray(above)

    def rescale(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the probabilities."""
        return np.asarray(np.log(self.apply(logits)))

    def apply(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn log-odds into probabilities."""
        above = self.yes(logits)
        from_on = np.concatenate([np.ones((len(above), 1)), above[:, :-1]], axis=1)
        proba = np.maximum(from_on - above, _SMALLEST)
        return np.asarray(proba / proba.sum(axis=1, keepdims=True))
