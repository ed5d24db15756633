"""A binary model that looks for one class before the others are asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.calibrators import Calibrator
from classward.inference.columns import Columns
from classward.inference.features import Features
from classward.inference.featuriser import Featuriser
from classward.inference.scorer import Scorer

__all__ = ["Gate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Gives the calibrated probability that a row is of one class.

    From which probability on its answer stands is said by the decision rule, which was proved; a gate alone decides nothing.

    Parameters
    ----------
    class_index : int
        Column of its class in the label space.
    featuriser, scorer : Featuriser, Scorer
        The first two logits are "no" and "yes"; further ones are not read.
    calibrator : Calibrator
        Of these two logits.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    class_index: int
    featuriser: Featuriser
    scorer: Scorer
    calibrator: Calibrator

    def __post_init__(self) -> None:
        if self.scorer.n_columns != self.featuriser.n_columns or self.scorer.n_classes < 2 or self.class_index < 0:
            raise ValueError(f"a gate of {self.scorer.n_classes} logits for class number {self.class_index}")
        if self.calibrator.n_classes not in (None, 2):
            raise ValueError(f"the calibrator of a gate is for {self.calibrator.n_classes} classes")

    def proba(self, columns: Columns, n: int, made: dict[int, Features]) -> NDArray[np.float64]:
        """Probability of "yes", shape (n,); ``made`` keeps features by featuriser, so that each is asked once."""
        key = id(self.featuriser)
        if key not in made:
            made[key] = self.featuriser.transform(columns, n)
        return np.asarray(self.calibrator.apply(self.scorer.logits(made[key])[:, :2])[:, 1])
