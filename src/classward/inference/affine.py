"""Columns shifted, scaled, mixed or dropped before a scorer reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.inference.bells import BellScorer
from classward.inference.features import Csr, Features
from classward.inference.forest import ForestScorer
from classward.inference.kernel import KernelScorer
from classward.inference.layers import LayersScorer
from classward.inference.neighbours import NeighbourScorer
from classward.inference.tree import TreeScorer

__all__ = ["AffineScorer", "OverNumbers"]

OverNumbers: TypeAlias = LayersScorer | TreeScorer | ForestScorer | KernelScorer | BellScorer | NeighbourScorer
"""Scorers that read one dense block of numbers."""

_CHUNK_ROWS = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class AffineScorer:
    """A scorer that sees ``rows @ matrix + offset``: a pipeline of scalers and projections before a model.

    Parameters
    ----------
    scorer : OverNumbers
        What scores the columns made.
    matrix : float64 array of shape (n_columns, n_made)
        How the columns made are mixed.
    offset : float64 array of shape (n_made,)
        Added to them.
    """

    scorer: OverNumbers
    matrix: NDArray[np.float64]
    offset: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or self.offset.shape != self.matrix.shape[1:]:
            raise ValueError("a mix of columns needs a matrix and an offset that fit")
        if self.matrix.shape[1] != self.scorer.n_columns:
            raise ValueError(f"{self.matrix.shape[1]} columns are made, {self.scorer.n_columns} expected")
        if not (np.isfinite(self.matrix).all() and np.isfinite(self.offset).all()):
            raise ValueError("a mix of columns must be finite")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return len(self.matrix)

    @property
    def n_classes(self) -> int:
        """Classes scored."""
        return self.scorer.n_classes

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes). A missing feature counts as 0."""
        made = np.empty((features.n, len(self.offset)), dtype=np.float32)
        for start in range(0, features.n, _CHUNK_ROWS):
            stop = min(start + _CHUNK_ROWS, features.n)
            rows = np.nan_to_num(features.rows(start, stop).astype(np.float64))
            made[start:stop] = rows @ self.matrix + self.offset
        return self.scorer.logits(Features(n=features.n, dense=made, sparse=Csr.empty(features.n)))
