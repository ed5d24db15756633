"""The rule that says a row belongs to no known class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NoveltyRule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoveltyRule:
    """A weighted sum of strangeness scores, and where it says "none of these".

    Parameters
    ----------
    centre, scale : float64 array of shape (n_scores,)
        How scores are brought to like scale.
    weights : float64 array of shape (n_scores,)
        0 for a score that is not used.
    threshold : float
        Rows above it belong to no known class.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    threshold: float

    def __post_init__(self) -> None:
        if not self.centre.shape == self.scale.shape == self.weights.shape or self.weights.ndim != 1:
            raise ValueError(f"{len(self.weights)} weights, {len(self.centre)} centres, {len(self.scale)} scales")
        if float(self.scale.min(initial=1.0)) <= 0.0:
            raise ValueError("scales must be above 0")

    def strangeness(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """One number a row, shape (n,), from scores of shape (n, n_scores); larger is stranger."""
        out: NDArray[np.float64] = ((scores - self.centre) / self.scale) @ self.weights
        return out

    def is_new(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each row belongs to no known class."""
        return self.strangeness(scores) > self.threshold
