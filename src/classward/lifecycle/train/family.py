"""What a family of models is: a function from training rows to a featuriser and a scorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema
from classward.inference import Columns, Featuriser, Scorer

__all__ = ["Family", "Params", "TrainingRows"]

Params = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRows:
    """Rows to learn from, and what bounds the learning. ``y_index`` are columns in label-space order.

    Rows that are held may tell a family when to stop, and nothing else: ``held_n`` rows of ``held_columns`` with their
    ``held_y_index``. Without them a family holds some of its own rows out.
    """

    schema: InputSchema
    columns: Columns
    n: int
    y_index: NDArray[np.int64]
    n_classes: int
    seed: int
    n_threads: int
    should_stop: Callable[[], bool]
    held_columns: Columns | None = None
    held_n: int = 0
    held_y_index: NDArray[np.int64] | None = None


class Family(Protocol):
    """Fits one kind of model. The same rows and params give the same pieces."""

    def __call__(self, rows: TrainingRows, params: Params) -> tuple[Featuriser, Scorer]:
        """Fit; classes without a row must get a very low constant logit."""
        ...
