"""One categorical column as one-hot indicators."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from classward.inference.columns import Columns
from classward.inference.features import Csr

__all__ = ["CategoryPart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryPart:
    """Indicators of one column: one per category, one for all ``grouped`` (known but rare) ones, one for missing.

    A category never seen in training gives no indicator at all, and is reported by :meth:`is_unseen`.

    Parameters
    ----------
    column : str
        Feature name.
    categories, grouped : tuple of str
        Categories with an indicator of their own, and those that share one.
    """

    column: str
    categories: tuple[str, ...]
    grouped: tuple[str, ...] = ()
    _index: dict[object, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[object, int] = {name: i for i, name in enumerate(self.categories)}
        if len(index) != len(self.categories) or not index.keys().isdisjoint(self.grouped):
            raise ValueError(f"column {self.column!r}: a category is listed twice")
        other = len(index)
        index.update(dict.fromkeys(self.grouped, other))
        index[None] = other + 1
        object.__setattr__(self, "_index", index)

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return len(self.categories) + 2

    def transform(self, columns: Columns, n: int) -> Csr:
        """Make a sparse matrix of shape (n, n_columns) with at most one 1 per row."""
        get = self._index.get
        found = np.fromiter((get(v, -1) for v in columns[self.column]), dtype=np.int32, count=n)
        is_known = found >= 0
        indptr = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(is_known, out=indptr[1:])
        indices = found[is_known]
        return Csr(
            indptr=indptr, indices=indices, data=np.ones(len(indices), dtype=np.float32), n_columns=self.n_columns
        )

    def index_of(self, value: object) -> int:
        """Indicator of one value; -1 if training never saw it."""
        return self._index.get(value, -1)

    def is_unseen(self, value: object) -> bool:
        """Whether training never saw this value."""
        return value not in self._index
