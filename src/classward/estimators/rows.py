"""Features as one dense block, for models that cannot use sparse ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.errors import DataError
from classward.inference import Features

__all__ = ["dense_rows"]

_MOST_BYTES = 2_000_000_000


def dense_rows(features: Features) -> NDArray[np.float32]:
    """Put dense and sparse columns side by side as float32 of shape (n, n_columns), NaN for missing.

    Raises
    ------
    DataError
        CW248 if that takes more than 2 GB.
    """
    if 4 * features.n * features.n_columns > _MOST_BYTES:
        raise DataError(
            "CW248",
            "the features are too many for a model that keeps every one of them",
            got=f"{features.n} rows of {features.n_columns} features",
            why="sparse features, such as the words of a text, would fill the memory with zeros",
            fix="use the families 'linear' or 'lightgbm', or leave out columns with many different values",
        )
    return features.rows(0, features.n)
