"""Counts of true against predicted classes, and the figures they give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["brier", "confusion_counts", "f1_per_class", "log_losses", "macro_f1", "top_k_hits", "weighted_f1"]

_TINY = 1e-15


def confusion_counts(y_index: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """Counts of shape (n_classes, n_classes), rows true and columns predicted."""
    flat = np.bincount(y_index * n_classes + predicted, minlength=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes).astype(np.int64)


def f1_per_class(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of each class; NaN for a class that is neither true nor predicted anywhere."""
    hits = np.diag(confusion).astype(np.float64)
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(both > 0, 2 * hits / both, np.nan)


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Mean F1 over the classes that occur, true or predicted; 0 when none does."""
    f1 = f1_per_class(confusion)
    return float(np.nanmean(f1)) if np.isfinite(f1).any() else 0.0


def weighted_f1(confusion: NDArray[np.int64]) -> float:
    """Mean F1 weighted by how often each class is true."""
    support = confusion.sum(axis=1)
    return float(np.nansum(f1_per_class(confusion) * support) / max(int(support.sum()), 1))


def log_losses(proba: NDArray[np.float64], y_index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cross-entropy of each row in nats; a probability of 0 counts as 1e-15."""
    return -np.log(np.clip(proba[np.arange(len(y_index)), y_index], _TINY, None))


def brier(proba: NDArray[np.float64], y_index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Squared distance of each row's probabilities from the truth, in [0, 2]."""
    own = proba[np.arange(len(y_index)), y_index]
    return np.asarray((proba**2).sum(axis=1) - 2 * own + 1)


def top_k_hits(proba: NDArray[np.float64], y_index: NDArray[np.int64], k: int) -> int:
    """Rows whose true class is among the ``k`` most probable (ties count for the lower column)."""
    order = np.argsort(-proba, axis=1, kind="stable")[:, :k]
    return int((order == y_index[:, None]).any(axis=1).sum())
