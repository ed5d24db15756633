"""The nearest training rows by cosine, found by an index, vote; and they are the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["NearestScorer", "unit_rows"]


def unit_rows(dense: NDArray[np.float32], blocks: tuple[int, ...]) -> NDArray[np.float32]:
    """Vectors of length 1 from blocks of numbers side by side: each block counts alike, a missing one not at all.

    A row without any block becomes zeros. float32 of the shape of ``dense``.

    >>> unit_rows(np.array([[3.0, 4.0], [np.nan, np.nan]], dtype=np.float32), (2,)).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    out = np.zeros(dense.shape, dtype=np.float32)
    start = 0
    for width in blocks:
        part = dense[:, start : start + width].astype(np.float64)
        part = np.where(np.isfinite(part).all(axis=1, keepdims=True), part, 0.0)
        out[:, start : start + width] = _unit(part)
        start += width
    return _unit(out.astype(np.float64)).astype(np.float32)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    rows = rows / np.where(largest > 0.0, largest, 1.0)  # so that no square overflows
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.where(lengths > 0.0, lengths, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestScorer:
    """Training rows vote by their cosine with a row. They are stored by cells of like rows; only the likest cells are read.

    With one cell the search is exact. With about ``sqrt(n)`` cells the work of a row grows like ``sqrt(n)``, and a
    neighbour in a cell that was not read is missed. Memory grows with ``n``: every training row is stored.

    Parameters
    ----------
    vectors : float32 array of shape (n_rows, n_columns)
        Training rows as vectors of length 1, cell after cell.
    classes : int32 array of shape (n_rows,)
        Their classes, as columns of the label space.
    ids : tuple of str
        What a person finds each of them by.
    centres : float32 array of shape (n_cells, n_columns)
        The middle of each cell.
    starts : int64 array of shape (n_cells + 1,)
        Where each cell begins in ``vectors``, and where the last ends.
    blocks : tuple of int
        Widths of the vectors that stand side by side in a row; each counts alike.
    shares : float64 array of shape (n_classes,)
        Of training rows; 0 for classes without one, which get :data:`ABSENT_LOGIT`.
    n_neighbours, n_probes : int
        Rows that vote, and cells that are read.
    sharpness : float
        A vote counts ``exp(sharpness · (cosine - largest cosine))``.
    floor : float
        Share of ``shares`` mixed into the votes, so that a class without a vote has a finite logit.

    Raises
    ------
    ValueError
        If the pieces do not fit together.

    References
    ----------
    Cover, Hart (1967). Nearest neighbor pattern classification. IEEE Trans. Information Theory 13(1), 21-27.
    Sivic, Zisserman (2003). Video Google. ICCV (inverted files of cells found by k-means).
    """

    vectors: NDArray[np.float32]
    classes: NDArray[np.int32]
    ids: tuple[str, ...]
    centres: NDArray[np.float32]
    starts: NDArray[np.int64]
    blocks: tuple[int, ...]
    shares: NDArray[np.float64]
    n_neighbours: int
    n_probes: int
    sharpness: float
    floor: float
    _present: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n, width = self.vectors.shape if self.vectors.ndim == 2 else (0, 0)
        n_cells = len(self.centres)
        if not n or self.classes.shape != (n,) or len(self.ids) != n or sum(self.blocks) != width:
            raise ValueError(f"{n} vectors of {width} numbers, {len(self.classes)} classes, {len(self.ids)} ids")
        if self.centres.shape != (n_cells, width) or self.starts.shape != (n_cells + 1,) or not n_cells:
            raise ValueError("cells do not fit the vectors")
        if self.starts[0] != 0 or self.starts[-1] != n or (np.diff(self.starts) < 1).any():
            raise ValueError("cells must hold every vector once")
        if not (np.isfinite(self.vectors).all() and np.isfinite(self.centres).all()):
            raise ValueError("vectors must be finite")
        if self.classes.min() < 0 or self.classes.max() >= len(self.shares):
            raise ValueError("neighbours name classes that do not exist")
        if not (np.isfinite(self.shares).all() and (self.shares[self.classes] > 0.0).all()):
            raise ValueError("a class with rows has no share")
        if self.n_neighbours < 1 or self.n_probes < 1 or not 0.0 < self.sharpness < 1e6 or not 0.0 < self.floor < 1.0:
            raise ValueError(f"{self.n_neighbours} neighbours in {self.n_probes} cells")
        object.__setattr__(self, "_present", np.flatnonzero(self.shares > 0.0))

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return int(self.vectors.shape[1])

    @property
    def n_classes(self) -> int:
        """Classes scored."""
        return len(self.shares)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Logarithms of shares, float64 of shape (n, n_classes); a row without any vector gets the training shares."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        for i, row in enumerate(unit_rows(features.dense, self.blocks)):
            at, cosine = self.search(row)
            votes = self.shares
            if len(at):
                weights = np.exp(self.sharpness * (cosine - cosine[0]))
                near = np.bincount(self.classes[at], weights=weights / weights.sum(), minlength=self.n_classes)
                votes = (1.0 - self.floor) * near.astype(np.float64) + self.floor * self.shares
            out[i, self._present] = np.log(votes[self._present])
        return out

    def search(
        self, row: NDArray[np.float32], *, n_neighbours: int = 0, n_probes: int = 0
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Places of the nearest rows in ``vectors``, the nearest first, and their cosines; none for a row of zeros.

        Rows equally near come in the order in which they are stored.

        Parameters
        ----------
        row : float32 array of shape (n_columns,)
            Of length 1, as :func:`unit_rows` makes it.
        n_neighbours, n_probes : int
            Instead of the scorer's own; all cells make the search exact.
        """
        if not row.any():
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        read = self._read(row, n_probes or self.n_probes)
        at = np.concatenate([np.arange(low, high) for low, high in read])
        cosine = np.concatenate([self.vectors[low:high] @ row for low, high in read])
        most = n_neighbours or self.n_neighbours
        if len(at) > most:
            kept = np.flatnonzero(cosine >= np.partition(cosine, len(at) - most)[len(at) - most])
            at, cosine = at[kept], cosine[kept]
        order = np.lexsort((at, -cosine))[:most]
        return at[order], cosine[order].astype(np.float64)

    def _read(self, row: NDArray[np.float32], n_probes: int) -> list[tuple[int, int]]:
        if n_probes >= len(self.centres):
            return [(0, len(self.vectors))]
        likest = np.sort(np.argsort(-(self.centres @ row), kind="stable")[:n_probes])
        return [(int(self.starts[c]), int(self.starts[c + 1])) for c in likest.tolist()]
