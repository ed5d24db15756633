"""Which words or levels are more frequent on one side than on the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["dirichlet_log_odds"]


def dirichlet_log_odds(
    first: NDArray[np.int64], second: NDArray[np.int64], background: NDArray[np.int64], *, strength: float = 10.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log odds ratio of each term between two sets of rows, shrunk towards what is usual.

    A term seen once on one side looks infinitely typical by plain counts; here every side starts with ``strength``
    imaginary occurrences, spread over the terms as in ``background``, so that rare terms need evidence. A single
    term tells nothing and gets 0.

    Parameters
    ----------
    first, second : int arrays of shape (n_terms,)
        Occurrences in each set.
    background : int array of shape (n_terms,)
        Occurrences in all rows; every term at least once.
    strength : float, default=10
        Imaginary occurrences on each side, all terms together.

    Returns
    -------
    log_odds, z : float arrays of shape (n_terms,)
        Positive where the first set has more; ``z`` in standard deviations (approximate for few occurrences).

    References
    ----------
    Monroe, Colaresi, Quinn (2008). Fightin' Words: lexical feature selection and evaluation for identifying the content of
    political conflict. Political Analysis 16.
    """
    if len(first) < 2:
        return np.zeros(len(first)), np.zeros(len(first))
    prior = strength * background / background.sum()
    a, b = first + prior, second + prior
    rest_a, rest_b = first.sum() + strength - a, second.sum() + strength - b
    log_odds = np.log(a / rest_a) - np.log(b / rest_b)
    return log_odds, log_odds / np.sqrt(1 / a + 1 / b)
