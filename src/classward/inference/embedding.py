"""One text column as the vectors of an encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.inference.columns import Columns
from classward.inference.onnx_encoder import OnnxEncoder
from classward.inference.static_encoder import StaticEncoder

__all__ = ["EmbeddingPart", "Encoder"]

Encoder: TypeAlias = StaticEncoder | OnnxEncoder
"""What turns texts into float32 vectors of ``n_columns`` numbers by ``encode(texts)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingPart:
    """A dense block per text column: what an encoder, trained elsewhere, knows about the text.

    The encoder is not fitted here, so it is the same in every fold, and may be shared by parts and remembered
    between them. A missing, blank or wholly unknown text gives NaN, as any missing number does.

    Parameters
    ----------
    column : str
        Feature name.
    encoder : StaticEncoder or OnnxEncoder
        Gives the vectors.
    first : int
        Numbers of a vector before this one are left out; an encoder that reads several layers ends with the last.

    Raises
    ------
    ValueError
        If nothing is left of a vector.
    """

    column: str
    encoder: StaticEncoder | OnnxEncoder
    first: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.encoder.n_columns:
            raise ValueError(f"column {self.column!r}: {self.encoder.n_columns} numbers from the {self.first}th on")

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return self.encoder.n_columns - self.first

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns)."""
        out = np.full((n, self.n_columns), np.nan, dtype=np.float32)
        given = [(i, v) for i, v in enumerate(columns[self.column]) if isinstance(v, str) and not v.isspace() and v]
        if given:
            rows = [i for i, _ in given]
            out[rows] = self.encoder.encode([text for _, text in given])[:, self.first :]
            out[~out.any(axis=1)] = np.nan
        return out
