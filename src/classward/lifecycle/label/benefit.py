"""How much a label of each answered row is expected to bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = ["STRATEGIES", "benefit_of"]

_SMALLEST = 1e-12
_SHARPNESS = 4


def _margin(proba: NDArray[np.float64]) -> NDArray[np.float64]:
    top = np.sort(proba, axis=1)[:, -2:]
    return 1.0 - (top[:, 1] - top[:, 0])


def _entropy(proba: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.maximum(proba, _SMALLEST)
    return np.asarray(-(kept * np.log(kept)).sum(axis=1) / np.log(proba.shape[1]))


def _least_confidence(proba: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 - proba.max(axis=1))


def _even(proba: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ones(len(proba))


_DOUBT: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = MappingProxyType(
    {"margin": _margin, "entropy": _entropy, "least-confidence": _least_confidence, "random": _even}
)
STRATEGIES = ("need", *_DOUBT)
"""Ways to value a label: ``need`` halves it between classes that want labels and doubt (margin), others are
doubt alone."""


def benefit_of(strategy: str, proba: NDArray[np.float64], need: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value a label of each row.

    Parameters
    ----------
    strategy : str
        One of :data:`STRATEGIES`.
    proba : float array of shape (n, n_classes)
        Probabilities as answered.
    need : float array of shape (n_classes,)
        How much each class wants labels, 0 to 1.

    Returns
    -------
    benefit : float array of shape (n,)
        Above 0 and at most 1. It depends on the order of rows alone: a model with many classes and few labels is in doubt
        about all of them, and a choice in proportion to doubt would be no choice.

    References
    ----------
    Settles (2012). Active Learning. Morgan & Claypool, chapter 2 (margin, entropy, least confidence).
    """
    value = _DOUBT["margin" if strategy == "need" else strategy](proba)
    if strategy == "need" and need.any():
        value = (proba @ need + value) / 2.0
    return _by_rank(value)


def _by_rank(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of rows that are worth no more, to the fourth power: half of a choice falls on the best
    eighth, whatever the scale."""
    below = np.searchsorted(np.sort(value), value, side="right") / max(len(value), 1)
    return np.asarray(below**_SHARPNESS)
