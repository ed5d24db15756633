"""What several folds share, in sentences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.data.folds import TEST, TRAIN

__all__ = ["overlap_notes"]


def overlap_notes(fold: NDArray[np.int8], block: NDArray[np.int64], group: NDArray[np.int64] | None) -> list[str]:
    """Count test rows that are alike in every feature to a training row, and groups on both sides.

    ``group`` is given where groups are not kept apart (the user's own test rows).
    """
    notes = []
    both = np.isin(block[fold == TEST], block[fold == TRAIN])
    if both.any():
        notes.append(
            f"{int(both.sum()):,} of {len(both):,} test rows are alike in every feature to a training row: "
            "figures flatter the model there"
        )
    if group is not None:
        spanning = np.intersect1d(group[fold == TEST], group[fold != TEST])
        if len(spanning):
            notes.append(f"{len(spanning):,} groups are both in the test table and in the rows learned from")
    return notes
