"""Macro F1 of several answers to the same rows, under resampling of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap_macro_f1"]


def bootstrap_macro_f1(
    y_index: NDArray[np.int64],
    answers: NDArray[np.int64],
    n_classes: int,
    *,
    rng: np.random.Generator,
    n_draws: int = 1000,
) -> NDArray[np.float64]:
    """Draw rows with replacement and score every line of answers on each draw, so that differences are paired.

    Rows with equal truth and equal answers are drawn as counts. The mean is over the classes that are true, or answered on
    that line, anywhere in the sample.

    Parameters
    ----------
    y_index : int array of shape (n_samples,)
        True classes.
    answers : int array of shape (n_lines, n_samples)
        What each model, or each way to decide, answers.
    n_classes : int
        Classes there are.
    rng : numpy Generator
        Draws rows.

    Returns
    -------
    float array of shape (n_lines, n_draws)

    References
    ----------
    Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapter 16 (paired differences).
    """
    cells, n_cell = np.unique(np.concatenate([y_index[None], answers]), axis=1, return_counts=True)
    truth, answered = cells[0], cells[1:]
    occurs = np.zeros((len(answers), n_classes), dtype=np.bool_)
    for line, answer in enumerate(answered):
        occurs[line, truth] = occurs[line, answer] = True
    out = np.empty((len(answers), n_draws))
    for draw in range(n_draws):
        weight = rng.multinomial(len(y_index), n_cell / len(y_index))
        support = np.bincount(truth, weights=weight, minlength=n_classes)
        for line, answer in enumerate(answered):
            hits = np.bincount(truth, weights=weight * (answer == truth), minlength=n_classes)
            both = support + np.bincount(answer, weights=weight, minlength=n_classes)
            out[line, draw] = (2 * hits / np.maximum(both, 1.0))[occurs[line]].mean()
    return out
