"""Rows in columns become features, the same way in training and in serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.inference.category import CategoryPart
from classward.inference.columns import Columns
from classward.inference.embedding import EmbeddingPart
from classward.inference.features import Csr, Features, join_columns
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
        if n == 1:
            blocks, sparse = self._dense_of_one(columns), self._categories_of_one(columns)
        else:
            blocks = [part.transform(columns, n) for part in self.dense]
            sparse = [part.transform(columns, n) for part in self.categories]
        sparse += [part.transform(columns, n) for part in self.texts]
        if len(blocks) > 1:
            dense = np.concatenate(blocks, axis=1, dtype=np.float32)
        else:
            dense = blocks[0] if blocks else np.zeros((n, 0), np.float32)
        return Features(n=n, dense=dense, sparse=join_columns(tuple(sparse), n))

    def _dense_of_one(self, columns: Columns) -> list[NDArray[np.float32]]:
        """The same blocks for one row; codes that stand side by side are looked up without an array for each."""
        blocks, run = [], list[float]()
        for part in self.dense:
            if isinstance(part, OrdinalPart):
                run.append(part.code_of(columns[part.column][0]))
                continue
            if run:
                blocks.append(np.array([run], dtype=np.float32))
                run = []
            blocks.append(part.transform(columns, 1))
        return [*blocks, np.array([run], dtype=np.float32)] if run else blocks

    def _categories_of_one(self, columns: Columns) -> list[Csr]:
        """Indicators of one row, all categories in one matrix."""
        if not self.categories:
            return []
        start, found = 0, []
        for part in self.categories:
            index = part.index_of(columns[part.column][0])
            if index >= 0:
                found.append(start + index)
            start += part.n_columns
        return [
            Csr(
                indptr=np.array([0, len(found)], dtype=np.int64), indices=np.array(found, dtype=np.int32),
                data=np.ones(len(found), dtype=np.float32), n_columns=start,
            )
        ]  # fmt: skip

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
