"""A probability matrix that never travels without its label space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace

__all__ = ["Proba"]


@dataclass(frozen=True, slots=True)
class Proba:
    """Probabilities of every class for every row.

    Parameters
    ----------
    matrix : float array of shape (n_samples, n_classes)
        Non-negative, rows summing to 1 within 1e-6; kept as a read-only view.
    label_space : LabelSpace
        The meaning of the columns.
    is_new : bool array of shape (n_samples,), optional
        Rows that the model takes for inputs of no class; ``None`` where it cannot tell.
    gates : float array of shape (n_samples, n_gates), optional
        What the binary models of classes that are looked for first say; ``None`` where there are none.

    Raises
    ------
    ValueError
        If the matrix does not fit the label space or is no probability matrix.
    """

    matrix: NDArray[np.float64]
    label_space: LabelSpace
    is_new: NDArray[np.bool_] | None = None
    gates: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        matrix = np.asarray(self.matrix, dtype=np.float64).view()
        if matrix.ndim != 2 or matrix.shape[1] != len(self.label_space):
            raise ValueError(f"matrix of shape {matrix.shape} does not fit {len(self.label_space)} classes")
        if self.is_new is not None and self.is_new.shape != matrix.shape[:1]:
            raise ValueError(f"{len(self.is_new)} marks of new inputs for {len(matrix)} rows")
        if self.gates is not None and (self.gates.ndim != 2 or len(self.gates) != len(matrix)):
            raise ValueError(f"gates of shape {self.gates.shape} for {len(matrix)} rows")
        if matrix.size and not _are_probabilities(matrix):
            raise ValueError("probabilities are non-negative and each row sums to 1")
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Column of the most probable class of each row; the first one on ties."""
        index: NDArray[np.int64] = self.matrix.argmax(axis=1)
        return index

    def take(self, rows: NDArray[np.int64]) -> Proba:
        """Only some rows, in the order given, with what is known of each."""
        return Proba(
            self.matrix[rows],
            self.label_space,
            None if self.is_new is None else self.is_new[rows],
            None if self.gates is None else self.gates[rows],
        )

    def top(self, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Find the ``k`` most probable classes of each row, best first; ties go by label-space order.

        Returns
        -------
        index : int array of shape (n_samples, min(k, n_classes))
            Columns in label-space order.
        value : float array of the same shape
            Their probabilities.
        """
        if k == 1:
            best = self.predicted
            places = best if len(best) == 1 else best + self._row_starts
            return best[:, None], self.matrix.take(places)[:, None]
        index = np.argsort(-self.matrix, axis=1, kind="stable")[:, :k]
        return index, np.take_along_axis(self.matrix, index, axis=1)

    @property
    def _row_starts(self) -> NDArray[np.int64]:
        """Where each row begins in the matrix taken as one run."""
        n, n_classes = self.matrix.shape
        return np.arange(0, n * n_classes, n_classes)

    def read_as(self, space: LabelSpace, columns: Sequence[int]) -> Proba:
        """Give the same rows in a space that reads several columns as one class; their probabilities add up.

        Gates stay behind: their rule is for the old columns.

        Parameters
        ----------
        columns : sequence of int
            New place of each column, as :meth:`classward.domain.Taxonomy.read_space` gives it.
        """
        if space == self.label_space:
            return self
        out = np.zeros((len(self.matrix), len(space)))
        for was, now in enumerate(columns):
            out[:, now] += self.matrix[:, was]
        return Proba(out, space, self.is_new)

    def aligned_to(self, space: LabelSpace) -> Proba:
        """Give the same rows in the columns of another label space, matched by class id.

        Classes that ``space`` lacks are dropped and the rest renormalised; classes that are new get 0. A row whose
        whole mass was dropped says nothing about the classes that remain and becomes uniform.
        Gates stay behind: their rule is for the old columns.
        """
        if space == self.label_space:
            return self
        position = {c.id: i for i, c in enumerate(self.label_space.classes)}
        out = np.zeros((len(self.matrix), len(space)))
        for column, cls in enumerate(space.classes):
            if cls.id in position:
                out[:, column] = self.matrix[:, position[cls.id]]
        sums = out.sum(axis=1, keepdims=True)
        out = np.where(sums > 0.0, out / np.where(sums > 0.0, sums, 1.0), 1.0 / len(space))
        return Proba(out, space, self.is_new)


def _are_probabilities(matrix: NDArray[np.float64]) -> bool:
    if len(matrix) == 1:  # Python is quicker with a few numbers
        row = matrix[0].tolist()
        return bool(min(row) >= 0.0 and abs(sum(row) - 1.0) <= 1e-6)
    sums = matrix.sum(axis=1)
    return bool(matrix.min() >= 0.0 and sums.min() >= 1.0 - 1e-6 and sums.max() <= 1.0 + 1e-6)
