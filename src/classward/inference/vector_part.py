"""One column of precomputed vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.columns import Columns

__all__ = ["VectorPart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorPart:
    """A dense block of the numbers of a vector, shifted and divided column by column.

    Parameters
    ----------
    column : str
        Feature name; its values are float32 arrays of ``length`` numbers, or ``None``.
    length : int
        Numbers of each vector.
    mean, scale : float32 array of shape (length,)
        What is subtracted, and what it is then divided by.
    is_filled : bool
        Whether a missing vector counts as the mean (0), rather than as missing (NaN).

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    column: str
    length: int
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    is_filled: bool = False

    def __post_init__(self) -> None:
        if self.length < 1 or self.mean.shape != (self.length,) or self.scale.shape != (self.length,):
            raise ValueError(f"column {self.column!r}: {self.length} numbers, mean {self.mean.shape}")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.scale).all() and (self.scale > 0).all()):
            raise ValueError(f"column {self.column!r}: mean and scale must be finite, scales above 0")

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return self.length

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns)."""
        out = np.full((n, self.length), 0.0 if self.is_filled else np.nan, dtype=np.float32)
        rows = [i for i, v in enumerate(columns[self.column]) if v is not None]
        if rows:
            given = np.array([columns[self.column][i] for i in rows], dtype=np.float32)
            out[rows] = (given - self.mean) / self.scale
        return out
