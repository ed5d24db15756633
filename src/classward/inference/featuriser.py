"""Rows in columns become features, the same way in training and in serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from classward.inference.category import CategoryPart
from classward.inference.columns import Columns
from classward.inference.embedding import EmbeddingPart
from classward.inference.features import Features, join_columns
from classward.inference.image_part import ImagePart
from classward.inference.numeric_parts import BooleanPart, DatePart, NumericPart
from classward.inference.ordinal_part import OrdinalPart
from classward.inference.smooth_part import SmoothPart
from classward.inference.text import TextPart
from classward.inference.vector_part import VectorPart

__all__ = ["DensePart", "Featuriser"]

DensePart: TypeAlias = (
    NumericPart | BooleanPart | DatePart | OrdinalPart | SmoothPart | EmbeddingPart | ImagePart | VectorPart
)
"""A part that makes numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Featuriser:
    """Parts that each look at some columns; their outputs stand side by side in this order.

    Parameters
    ----------
    dense : tuple of DensePart
        Parts that make numbers.
    categories, texts : tuple of CategoryPart, of TextPart
        Parts that make sparse indicators and weights.
    """

    dense: tuple[DensePart, ...] = ()
    categories: tuple[CategoryPart, ...] = ()
    texts: tuple[TextPart, ...] = ()

    @property
    def n_dense(self) -> int:
        """Dense feature columns."""
        return sum(part.n_columns for part in self.dense)

    @property
    def codes(self) -> tuple[int, ...]:
        """Dense feature columns that hold codes of categories."""
        starts = np.cumsum([0] + [part.n_columns for part in self.dense])
        return tuple(int(starts[i]) for i, part in enumerate(self.dense) if isinstance(part, OrdinalPart))

    @property
    def n_columns(self) -> int:
        """All feature columns."""
        n_sparse = sum(part.n_columns for part in self.categories) + sum(part.n_columns for part in self.texts)
        return self.n_dense + n_sparse

    def transform(self, columns: Columns, n: int) -> Features:
        """Featurise rows.

        Parameters
        ----------
        columns : Columns
            One sequence of ``n`` values per feature.
        n : int
            Rows.
        """
        blocks = [part.transform(columns, n) for part in self.dense]
        sparse = [part.transform(columns, n) for part in self.categories]
        sparse += [part.transform(columns, n) for part in self.texts]
        dense = blocks[0] if len(blocks) == 1 else np.concatenate([np.zeros((n, 0), np.float32), *blocks], axis=1)
        return Features(n=n, dense=dense, sparse=join_columns(tuple(sparse), n))

    def unseen(self, columns: Columns, n: int) -> list[tuple[str, ...]]:
        """Flag values that training never saw, such as ``unseen:country``; one tuple per row, mostly empty."""
        flags: list[tuple[str, ...]] = [()] * n
        coded = tuple(part for part in self.dense if isinstance(part, OrdinalPart))
        parts: tuple[CategoryPart | OrdinalPart, ...] = (*self.categories, *coded)
        for part in parts:
            flag = f"unseen:{part.column}"
            for i, value in enumerate(columns[part.column]):
                if part.is_unseen(value):
                    flags[i] = (*flags[i], flag)
        return flags
