"""Row indices of the three folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CALIBRATION", "FOLD_NAMES", "TEST", "TRAIN", "Folds"]

TRAIN, CALIBRATION, TEST = 0, 1, 2
FOLD_NAMES = ("train", "calibration", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folds:
    """Sorted row indices of each fold; together they are every row once. The arrays cannot be written to."""

    train: NDArray[np.int64]
    calibration: NDArray[np.int64]
    test: NDArray[np.int64]

    @classmethod
    def of(cls, fold: NDArray[np.int8]) -> Folds:
        """Build from one fold number (``TRAIN``, ``CALIBRATION``, ``TEST``) per row."""
        found = [np.flatnonzero(fold == number).astype(np.int64) for number in (TRAIN, CALIBRATION, TEST)]
        for rows in found:
            rows.setflags(write=False)
        return cls(train=found[0], calibration=found[1], test=found[2])
