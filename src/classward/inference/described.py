"""A scorer by what classes are said to mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features

__all__ = ["DescribedScorer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedScorer:
    """Logits from the cosine of a text's vector and the vector of each class's description; no labelled row is needed.

    Feature columns are one block of vectors per text column, side by side; the cosines of the columns that have a text
    are averaged. A row without any text says nothing: all its logits are 0.

    Parameters
    ----------
    descriptions : float32 array of shape (n_classes, n_numbers)
        Vectors of length 1, one per class.
    n_texts : int
        Text columns read.
    sharpness : float
        A cosine of 1 gives this logit; a temperature fitted on labelled rows makes it honest.

    Raises
    ------
    ValueError
        If a description is not of length 1, or a number makes no sense.
    """

    descriptions: NDArray[np.float32]
    n_texts: int
    sharpness: float

    def __post_init__(self) -> None:
        if self.descriptions.ndim != 2 or self.n_texts < 1 or not 0.0 < self.sharpness < 1e6:
            raise ValueError(f"descriptions {self.descriptions.shape}, {self.n_texts} texts do not fit")
        lengths = np.sqrt((self.descriptions.astype(np.float64) ** 2).sum(axis=1))
        if not np.allclose(lengths, 1.0, atol=1e-2):
            raise ValueError("descriptions must be vectors of length 1")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return self.n_texts * int(self.descriptions.shape[1])

    @property
    def n_classes(self) -> int:
        """Classes scored."""
        return len(self.descriptions)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes)."""
        vectors = features.dense.astype(np.float64).reshape(features.n, self.n_texts, -1)
        vectors = np.where(np.isfinite(vectors), vectors, 0.0)
        lengths = np.sqrt((vectors * vectors).sum(axis=2, keepdims=True))
        has_text = lengths > 0.0
        vectors = vectors / np.where(has_text, lengths, 1.0)
        means = vectors.sum(axis=1) / np.maximum(has_text.sum(axis=1), 1)
        made: NDArray[np.float64] = self.sharpness * (means @ self.descriptions.astype(np.float64).T)
        return made
