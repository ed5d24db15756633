"""What a brought estimator was taught with, and what it became."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference import Csr, Features, Scorer

__all__ = ["Frozen", "Taught"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Training rows as the estimator saw them.

    Parameters
    ----------
    rows : float64 array of shape (n, n_columns)
        Values that float32 holds exactly, without gaps.
    code : int array of shape (n,)
        Class of each row, from 0 without gaps: position in ``present``.
    present : int array of shape (k,)
        Label-space column of each class that has rows.
    n_classes : int
        Classes of the label space.
    """

    rows: NDArray[np.float64]
    code: NDArray[np.int64]
    present: NDArray[np.int64]
    n_classes: int

    def some(self, most: int) -> NDArray[np.float64]:
        """At most so many rows, evenly taken: those a conversion is proved on."""
        return self.rows[:: -(-len(self.rows) // most)]

    @property
    def columns(self) -> NDArray[np.int32]:
        """``present`` as the pieces store it."""
        return self.present.astype(np.int32)

    @staticmethod
    def features(rows: NDArray[np.float64]) -> Features:
        """Rows as scorers take them."""
        return Features(n=len(rows), dense=rows.astype(np.float32), sparse=Csr.empty(len(rows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A scorer with its proof: what it says, and what the estimator says, of the same training rows.

    ``ours`` and ``theirs`` of shape (n, m) are probabilities, or scores where the estimator has no probabilities; with
    one column, positive numbers speak for the second class.
    """

    scorer: Scorer
    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]
