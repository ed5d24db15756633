"""What must be beaten: answers that look at no feature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Baseline, LabelSpace
from classward.lifecycle.evaluate.averages import averaged_f1
from classward.statistics import confusion_counts, log_losses, measured_mean, measured_share

__all__ = ["baselines"]

_LEAST = 1e-6


def baselines(
    y_index: NDArray[np.int64], prior: NDArray[np.float64], space: LabelSpace, *, rng: np.random.Generator
) -> tuple[Baseline, ...]:
    """Measure two models that know only how frequent the classes were in training.

    The first always names the most frequent class, the second names classes at random by their shares. Both state the
    shares as probabilities (never below 1e-6), so their log loss is the same: what is left to gain from the features.

    Parameters
    ----------
    y_index : int array of shape (n_samples,)
        True columns.
    prior : float array of shape (n_classes,)
        Class shares in training; scaled to sum to 1.
    """
    shares = np.clip(prior, _LEAST, None)
    shares = shares / shares.sum()
    loss = measured_mean(log_losses(np.broadcast_to(shares, (len(y_index), len(space))), y_index))
    largest = int(np.argmax(shares))
    answers = {
        f"always {space.names[largest]!r}": np.full(len(y_index), largest, dtype=np.int64),
        "guessing by class shares": rng.choice(len(space), size=len(y_index), p=shares),
    }
    made = []
    for name, predicted in answers.items():
        confusion = confusion_counts(y_index, predicted, len(space))
        made.append(
            Baseline(
                name=name, accuracy=measured_share(int(np.trace(confusion)), len(y_index)),
                macro_f1=averaged_f1(confusion, "macro_f1", rng=rng), log_loss=loss,
            )
        )  # fmt: skip
    return tuple(made)
