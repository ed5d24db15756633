"""What rows look like to a scorer: a dense block beside a sparse one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Csr", "Features", "join_columns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Csr:
    """A sparse matrix by rows: row ``i`` holds ``data[indptr[i]:indptr[i+1]]`` in columns ``indices[…]``.

    Within a row, columns are ascending and unique.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    n_columns: int

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.indptr) - 1

    def toarray(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows ``start`` to ``stop`` as a dense array."""
        out = np.zeros((stop - start, self.n_columns), dtype=np.float32)
        low, high = self.indptr[start], self.indptr[stop]
        rows = np.repeat(np.arange(stop - start), np.diff(self.indptr[start : stop + 1]))
        out[rows, self.indices[low:high]] = self.data[low:high]
        return out

    def take(self, rows: NDArray[np.int64]) -> Csr:
        """Only some rows, in the order given."""
        low, count = self.indptr[rows], np.diff(self.indptr)[rows]
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(count, out=indptr[1:])
        at = np.repeat(low - indptr[:-1], count) + np.arange(indptr[-1])
        return Csr(indptr=indptr, indices=self.indices[at], data=self.data[at], n_columns=self.n_columns)

    @classmethod
    def empty(cls, n: int) -> Csr:
        """A matrix of ``n`` rows without columns."""
        return cls(
            indptr=np.zeros(n + 1, dtype=np.int64),
            indices=np.zeros(0, dtype=np.int32),
            data=np.zeros(0, dtype=np.float32),
            n_columns=0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Featurised rows: ``dense`` of shape (n, n_dense) with NaN for missing, and ``sparse`` beside it."""

    n: int
    dense: NDArray[np.float32]
    sparse: Csr

    @property
    def n_columns(self) -> int:
        """Dense columns first, then sparse ones."""
        return int(self.dense.shape[1]) + self.sparse.n_columns

    def take(self, rows: NDArray[np.int64]) -> Features:
        """Only some rows, in the order given."""
        return Features(n=len(rows), dense=self.dense[rows], sparse=self.sparse.take(rows))

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows ``start`` to ``stop`` as one dense array of shape (stop - start, n_columns)."""
        dense = self.dense[start:stop]
        if self.sparse.n_columns:
            dense = np.concatenate([dense, self.sparse.toarray(start, stop)], axis=1)
        return np.ascontiguousarray(dense)


def join_columns(parts: tuple[Csr, ...], n: int) -> Csr:
    """Put sparse matrices side by side.

    Parameters
    ----------
    parts : tuple of Csr
        All with ``n`` rows.
    n : int
        Rows.

    Returns
    -------
    Csr
        Columns of the first part come first.
    """
    if not parts:
        return Csr.empty(n)
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0] + [p.n_columns for p in parts])
    rows = np.concatenate([np.repeat(np.arange(n), np.diff(p.indptr)) for p in parts])
    order = np.argsort(rows, kind="stable")
    return Csr(
        indptr=np.sum([p.indptr for p in parts], axis=0),
        indices=np.concatenate([p.indices + np.int32(o) for p, o in zip(parts, offsets[:-1], strict=True)])[order],
        data=np.concatenate([p.data for p in parts])[order],
        n_columns=int(offsets[-1]),
    )
