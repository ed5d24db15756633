"""Which parts of a report looked at some of the rows only, in sentences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.evaluate.confused import ROWS_OF_A_SIDE
from classward.lifecycle.evaluate.slices import ROWS_OF_SLICES

__all__ = ["bounds_of"]


def bounds_of(y_index: NDArray[np.int64], *, n_train: int, n_learned: int) -> tuple[str, ...]:
    """Say what was looked for in fewer rows than there are; nothing where all were looked at.

    Figures per class, confusion and calibration are always of all rows.

    Parameters
    ----------
    y_index : int array of shape (n_sealed,)
        True columns of the rows of the report.
    n_train, n_learned : int
        Training rows, and those that models of one column learned from.

    >>> bounds_of(np.zeros(120_000, dtype=np.int64), n_train=9, n_learned=9)[0]
    'slices were measured on 40,000 of 120,000 sealed rows, evenly spaced; figures per class are of all rows'
    """
    said = []
    step = -(-len(y_index) // ROWS_OF_SLICES)
    if step > 1:
        said.append(
            f"slices were measured on {-(-len(y_index) // step):,} of {len(y_index):,} sealed rows, evenly spaced; "
            "figures per class are of all rows"
        )
    if len(y_index) and int(np.bincount(y_index).max()) > ROWS_OF_A_SIDE:
        said.append(
            f"what separates confused classes was looked for in at most {ROWS_OF_A_SIDE:,} sealed rows of each; how often "
            "they are confused is of all rows"
        )
    if n_learned < n_train:
        said.append(f"the model of one column learned from {n_learned:,} of {n_train:,} training rows, evenly spaced")
    return tuple(said)
