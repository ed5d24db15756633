"""Which rows speak against their label: the arithmetic of confident learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spoken", "spoken_labels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What rows say about their labels.

    Parameters
    ----------
    threshold : float array of shape (n_classes,)
        Mean probability of a class on its own rows: a row speaks for a class from there on.
    own, likely_proba : float array of shape (n,)
        Probability of the given class, and of the class a row speaks for.
    likely : int array of shape (n,)
        That class; 0 where a row speaks for none.
    is_suspect, is_confident : bool array of shape (n,)
        Speaks for another class that is more probable than the given one; is a suspect, or speaks for its own.
    """

    threshold: NDArray[np.float64]
    own: NDArray[np.float64]
    likely: NDArray[np.int64]
    likely_proba: NDArray[np.float64]
    is_suspect: NDArray[np.bool_]
    is_confident: NDArray[np.bool_]


def spoken_labels(matrix: NDArray[np.float64], y_index: NDArray[np.int64], *, fewest_rows: int) -> Spoken:
    """Compare labels with probabilities of models that never saw the rows.

    A row speaks for the most probable of those classes whose probability reaches the class's mean on its own rows;
    classes with fewer than ``fewest_rows`` rows are neither spoken for nor suspected.

    References
    ----------
    Northcutt, Jiang, Chuang (2021). Confident learning: estimating uncertainty in dataset labels. JAIR 70.
    """
    k = matrix.shape[1]
    counts = np.bincount(y_index, minlength=k)
    own = matrix[np.arange(len(y_index)), y_index]
    threshold = np.bincount(y_index, weights=own, minlength=k) / np.maximum(counts, 1)
    is_judged = counts >= fewest_rows
    speaks = np.where((matrix >= threshold) & is_judged, matrix, -1.0)
    likely = speaks.argmax(axis=1)
    is_confident = (speaks.max(axis=1, initial=-1.0) >= 0.0) & is_judged[y_index]
    likely_proba = matrix[np.arange(len(y_index)), likely]
    is_suspect = is_confident & (likely != y_index) & (likely_proba > own)
    return Spoken(
        threshold=threshold, own=own, likely=likely, likely_proba=likely_proba, is_suspect=is_suspect,
        is_confident=is_confident & (is_suspect | (likely == y_index)),
    )  # fmt: skip
