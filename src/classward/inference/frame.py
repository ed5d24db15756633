"""Many yes-or-no questions that together answer which class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT
from classward.inference.scorer import Scorer

__all__ = ["FrameScorer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScorer:
    """Binary scorers over the same features, one column of the result each.

    Parameters
    ----------
    questions : tuple of Scorer
        Each scores "no" in its first column and "yes" in its second; the difference is the answer.
    columns : int64 array of shape (n_questions,)
        Where the answer of each question stands.
    n_classes : int
        Columns of the result; those without a question get :data:`ABSENT_LOGIT`.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    questions: tuple[Scorer, ...]
    columns: NDArray[np.int64]
    n_classes: int

    def __post_init__(self) -> None:
        n = len(self.questions)
        if not n or self.columns.shape != (n,) or len({q.n_columns for q in self.questions}) != 1:
            raise ValueError(f"{n} questions for columns of shape {self.columns.shape}, over unlike features")
        if not 0 <= self.columns.min() <= self.columns.max() < self.n_classes or any(
            q.n_classes < 2 for q in self.questions
        ):
            raise ValueError("a question has no column, or does not tell yes from no")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return self.questions[0].n_columns

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes), log-odds of yes before calibration."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        for column, question in zip(self.columns.tolist(), self.questions, strict=True):
            scores = question.logits(features)
            out[:, column] = scores[:, 1] - scores[:, 0]
        return out
