"""A fitted model: featurise, score, calibrate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import DecisionRule, InputSchema, LabelSpace
from classward.inference.calibrators import Calibrator
from classward.inference.columns import Columns
from classward.inference.featuriser import Featuriser
from classward.inference.frame import FrameScorer
from classward.inference.linear import LinearScorer
from classward.inference.proba import Proba
from classward.inference.scorer import Scorer

__all__ = ["FittedModel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedModel:
    """Everything needed to answer a row, in plain frozen pieces; needs NumPy alone.

    Parameters
    ----------
    schema : InputSchema
        Columns a row must have.
    label_space : LabelSpace
        Column order of logits and probabilities.
    featuriser, scorer, calibrator
        The three steps.
    family : str
        Which recipe family made it.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    schema: InputSchema
    label_space: LabelSpace
    featuriser: Featuriser
    scorer: Scorer | FrameScorer
    calibrator: Calibrator
    family: str

    def __post_init__(self) -> None:
        if self.scorer.n_columns != self.featuriser.n_columns:
            raise ValueError(
                f"scorer wants {self.scorer.n_columns} features, featuriser makes {self.featuriser.n_columns}"
            )
        if isinstance(self.scorer, LinearScorer) and self.scorer.n_dense != self.featuriser.n_dense:
            raise ValueError(f"scorer wants {self.scorer.n_dense} dense features, got {self.featuriser.n_dense}")
        sizes = {self.scorer.n_classes, self.calibrator.n_classes or self.scorer.n_classes}
        if sizes != {len(self.label_space)}:
            raise ValueError(f"pieces for {sorted(sizes)} classes, label space of {len(self.label_space)}")

    @property
    def rule(self) -> DecisionRule | None:
        """A single model has no rule of its own: the most probable class is its answer."""
        return None

    def logits(self, columns: Columns, n: int) -> NDArray[np.float64]:
        """Uncalibrated scores of shape (n, n_classes), columns in label-space order."""
        return self.scorer.logits(self.featuriser.transform(columns, n))

    def predict_proba(self, columns: Columns, n: int) -> Proba:
        """Calibrated probabilities of ``n`` rows."""
        return Proba(self.calibrator.apply(self.logits(columns, n)), self.label_space)

    def unseen(self, columns: Columns, n: int) -> list[tuple[str, ...]]:
        """Flag values that training never saw; one tuple per row, mostly empty."""
        return self.featuriser.unseen(columns, n)
