"""Training rows near a row vote."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["NeighbourScorer"]

_CHUNK_CELLS = 1 << 21
_SAME = 1e-9
_ROUNDING = 1e-12
_METRICS = ("euclidean", "manhattan")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourScorer:
    """The nearest training rows vote for their classes.

    Rows equally far share the votes that are left, so that an answer does not depend on the order of training rows.
    Every training row is stored and compared: use it for some ten thousand rows at most.

    Parameters
    ----------
    rows : float32 array of shape (n_rows, n_columns)
        Training rows.
    classes : int32 array of shape (n_rows,)
        Their classes, as columns of the label space.
    n_neighbours : int
        Rows that vote.
    is_weighted : bool
        Whether a vote counts as one over the distance; where rows lie at no distance, they alone vote.
    metric : str
        ``euclidean`` or ``manhattan``.
    floor : float
        Share of the uniform distribution mixed into the votes, so that a class without a vote has a finite logit.
    n_classes : int
        Classes scored; those without a row get :data:`ABSENT_LOGIT`.
    """

    rows: NDArray[np.float32]
    classes: NDArray[np.int32]
    n_neighbours: int
    is_weighted: bool
    metric: str
    floor: float
    n_classes: int
    _exact: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _squares: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _present: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _votes: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or self.classes.shape != (len(self.rows),) or not np.isfinite(self.rows).all():
            raise ValueError("neighbours need finite rows, each with a class")
        if not 1 <= self.n_neighbours <= len(self.rows) or self.metric not in _METRICS or not 0.0 < self.floor < 1.0:
            raise ValueError(f"{self.n_neighbours} of {len(self.rows)} neighbours by {self.metric!r}")
        if self.classes.min() < 0 or self.classes.max() >= self.n_classes:
            raise ValueError("neighbours name classes that do not exist")
        exact = self.rows.astype(np.float64)
        present, code = np.unique(self.classes, return_inverse=True)
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_squares", np.einsum("ij,ij->i", exact, exact))
        object.__setattr__(self, "_present", present.astype(np.int64))
        object.__setattr__(self, "_votes", np.eye(len(present))[code])

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return int(self.rows.shape[1])

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes), logarithms of shares. Memory stays bounded."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        step = max(1, _CHUNK_CELLS // len(self.rows))
        base = self.floor / len(self._present)
        for start in range(0, features.n, step):
            stop = min(start + step, features.n)
            shares, _ = self.shares(np.nan_to_num(features.rows(start, stop).astype(np.float64)))
            out[start:stop, self._present] = np.log((1.0 - self.floor) * shares + base)
        return out

    def shares(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Let the neighbours vote.

        Returns
        -------
        shares : float64 array of shape (n, k)
            Of the classes that have rows, ascending; without the floor.
        is_tied : bool array of shape (n,)
            Whether more rows are equally far than votes are left: libraries then take any of them.
        """
        distance = self._distance(rows)
        last = np.partition(distance, self.n_neighbours - 1, axis=1)[:, [self.n_neighbours - 1]]
        slack = _SAME * np.maximum(last, 1.0)
        inside, border = distance < last - slack, np.abs(distance - last) <= slack
        n_border = border.sum(axis=1, keepdims=True)
        left = self.n_neighbours - inside.sum(axis=1, keepdims=True)
        weights = inside + border * (left / n_border)
        if self.is_weighted:
            is_same = distance <= slack
            weights = np.where(
                is_same.any(axis=1, keepdims=True), weights * is_same, weights / np.where(is_same, 1.0, distance)
            )
        votes = weights @ self._votes
        return votes / votes.sum(axis=1, keepdims=True), (left < n_border)[:, 0]

    def _distance(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.metric == "manhattan":
            total = np.zeros((len(rows), len(self.rows)))
            for j in range(rows.shape[1]):
                total += np.abs(rows[:, j, None] - self._exact[:, j])
            return total
        total = np.einsum("ij,ij->i", rows, rows)[:, None] + self._squares
        squares = total - 2.0 * (rows @ self._exact.T)
        squares[squares <= _ROUNDING * total] = 0.0  # what is left of two equal rows
        return np.asarray(np.sqrt(squares))
