"""Several ensembles of trees that grow in step, so that some tell how far the one that is kept should grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from classward.estimators.patience import Patience
from classward.inference import log_softmax

__all__ = ["GrowingTrees", "Slopes", "grow_together"]

Slopes = Callable[[NDArray[np.float64], Any], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Scores and a data set → slope and curvature of a loss, for each row and class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingTrees:
    """One ensemble, and the rows left out of it, if any; ``slopes`` replace LightGBM's own loss."""

    booster: lightgbm.Booster
    held: lightgbm.Dataset | None
    slopes: Slopes | None

    @classmethod
    def on(
        cls, rows: lightgbm.Dataset, held: lightgbm.Dataset | None, params: dict[str, Any], slopes: Slopes | None
    ) -> GrowingTrees:
        """Begin on some rows."""
        booster = lightgbm.Booster(params, rows)
        if held is not None:
            booster.add_valid(held, "held")
        return cls(booster=booster, held=held, slopes=slopes)

    def grow(self) -> None:
        """One more round."""
        self.booster.update(fobj=self.slopes)

    def loss(self) -> tuple[float, float]:
        """Log loss on the rows left out, and how much those count together."""
        assert self.held is not None
        found = self.booster.eval_valid(None if self.slopes is None else _log_loss)
        weight = self.held.get_weight()
        return float(found[0][2]), float(self.held.num_data() if weight is None else np.sum(np.asarray(weight)))

    @property
    def n_rounds(self) -> int:
        """Rounds in it: fewer than were made if some found nothing to part."""
        return int(self.booster.current_iteration())

    def dump(self, n_rounds: int) -> dict[str, Any]:
        """LightGBM's description of the first rounds."""
        return self.booster.dump_model(num_iteration=n_rounds)


def grow_together(
    kept: GrowingTrees,
    watched: Sequence[GrowingTrees],
    *,
    most: int,
    seen: Patience,
    should_stop: Callable[[], bool],
) -> int:
    """Grow round by round until rows left out of ``watched`` are no longer answered better; give the rounds made.

    ``kept`` may be one of those watched. ``seen`` holds which round was best; asked to stop, the best so far is it.
    """
    every = [kept, *(one for one in watched if one is not kept)]
    for made in range(1, most + 1):
        for one in every:
            one.grow()
        if watched:
            losses, counts = zip(*(one.loss() for one in watched), strict=True)
            seen.saw(-float(np.average(losses, weights=counts)))
        if seen.is_over or should_stop():
            return made
    return most


def _log_loss(logits: NDArray[np.float64], data: Any) -> tuple[str, float, bool]:
    y = data.get_label().astype(np.int64)
    losses = -log_softmax(np.asarray(logits, dtype=np.float64).reshape(len(y), -1))[np.arange(len(y)), y]
    return "multi_logloss", float(np.average(losses, weights=data.get_weight())), False
