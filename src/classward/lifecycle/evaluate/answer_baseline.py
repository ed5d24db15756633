"""Figures of answers that need no model, beside which a model's own are read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Baseline
from classward.inference import Proba
from classward.lifecycle.evaluate.averages import averaged_f1
from classward.statistics import confusion_counts, log_losses, measured_mean, measured_share

__all__ = ["answer_baseline"]


def answer_baseline(name: str, proba: Proba, y_index: NDArray[np.int64], *, rng: np.random.Generator) -> Baseline:
    """Measure any answers as a baseline: accuracy, macro F1 and log loss with their intervals.

    Parameters
    ----------
    name : str
        How the report calls it.
    proba : Proba
        Answers for the rows of ``y_index``.
    y_index : int array of shape (n_samples,)
        True columns.
    """
    confusion = confusion_counts(y_index, proba.predicted, len(proba.label_space))
    return Baseline(
        name=name, accuracy=measured_share(int(np.trace(confusion)), len(y_index)),
        macro_f1=averaged_f1(confusion, "macro_f1", rng=rng), log_loss=measured_mean(log_losses(proba.matrix, y_index)),
    )  # fmt: skip
