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
    """Rows to learn from, and what bounds the learning. ``y_index`` are columns in label-space order."""

    schema: InputSchema
    columns: Columns
    n: int
    y_index: NDArray[np.int64]
    n_classes: int
    seed: int
    n_threads: int
    should_stop: Callable[[], bool]


class Family(Protocol):
    """Fits one kind of model. The same rows and params give the same pieces."""

    def __call__(self, rows: TrainingRows, params: Params) -> tuple[Featuriser, Scorer]:
        """Fit; classes without a row must get a very low constant logit."""
        ...
