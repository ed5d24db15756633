"""Counts of true against predicted classes, and the figures they give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "brier",
    "confusion_counts",
    "f1_per_class",
    "log_losses",
    "macro_f1",
    "precision_per_class",
    "recall_per_class",
    "top_k_hits",
    "weighted_f1",
]

_TINY = 1e-15


def confusion_counts(y_index: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """Count rows by true and predicted class.

    Parameters
    ----------
    y_index, predicted : int arrays of shape (n_samples,)
        Column numbers in ``[0, n_classes)``.

    Returns
    -------
    confusion : int array of shape (n_classes, n_classes)
        Rows true, columns predicted.

    Raises
    ------
    ValueError
        If lengths differ or a number lies outside the classes.
    """
    if len(y_index) != len(predicted):
        raise ValueError(f"{len(y_index)} true and {len(predicted)} predicted classes")
    for numbers in (y_index, predicted):
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < n_classes):
            raise ValueError(
                f"class numbers reach from {numbers.min()} to {numbers.max()}, not within [0, {n_classes})"
            )
    flat = np.bincount(y_index * n_classes + predicted, minlength=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes).astype(np.int64)


def recall_per_class(confusion: NDArray[np.int64]) -> tuple[float | None, ...]:
    """Share of the rows of each class that were called so; ``None`` for a class without rows."""
    return _ratios(np.diag(confusion), confusion.sum(axis=1))


def precision_per_class(confusion: NDArray[np.int64]) -> tuple[float | None, ...]:
    """Share of the rows called each class that are of it; ``None`` for a class never called."""
    return _ratios(np.diag(confusion), confusion.sum(axis=0))


def f1_per_class(confusion: NDArray[np.int64]) -> tuple[float | None, ...]:
    """Harmonic mean of recall and precision per class; ``None`` for a class neither true nor predicted anywhere."""
    return _ratios(2 * np.diag(confusion), confusion.sum(axis=0) + confusion.sum(axis=1))


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Mean F1 over the classes that occur, true or predicted (as scikit-learn has it); 0 when none does."""
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    occurs = both > 0
    return float(np.mean(2 * np.diag(confusion)[occurs] / both[occurs])) if occurs.any() else 0.0


def weighted_f1(confusion: NDArray[np.int64]) -> float:
    """Mean F1 weighted by how often each class is true; 0 without rows."""
    support = confusion.sum(axis=1)
    both = confusion.sum(axis=0) + support
    f1 = 2 * np.diag(confusion) / np.maximum(both, 1)
    return float((f1 * support).sum() / max(int(support.sum()), 1))


def log_losses(proba: NDArray[np.float64], y_index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cross-entropy of each row in nats; a probability of 0 counts as 1e-15, so no row costs more than 34.6."""
    return -np.log(np.clip(proba[np.arange(len(y_index)), y_index], _TINY, 1.0))


def brier(proba: NDArray[np.float64], y_index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Squared distance of each row's probabilities from the truth, in [0, 2].

    References
    ----------
    Brier (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review 78.
    """
    own = proba[np.arange(len(y_index)), y_index]
    return np.asarray(np.clip((proba**2).sum(axis=1) - own**2 + (1 - own) ** 2, 0.0, None))


def top_k_hits(proba: NDArray[np.float64], y_index: NDArray[np.int64], k: int) -> int:
    """Count rows whose true class is among the ``k`` most probable (ties count for the lower column)."""
    own = proba[np.arange(len(y_index)), y_index][:, None]
    is_before = (proba > own) | ((proba == own) & (np.arange(proba.shape[1]) < y_index[:, None]))
    return int((is_before.sum(axis=1) < k).sum())


def _ratios(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> tuple[float | None, ...]:
    return tuple(int(part) / int(whole) if whole else None for part, whole in zip(parts, wholes, strict=True))
