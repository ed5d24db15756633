"""Split conformal prediction: scores of classes, and the threshold that keeps a promise of coverage."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from classward.statistics.exact import tolerance_rank

__all__ = ["conformal_threshold", "set_scores"]


def set_scores(
    proba: NDArray[np.float64],
    *,
    score: str,
    penalty: float = 0.0,
    free_ranks: int = 0,
    uniform: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Say how badly every class fits every row; a set holds the classes with small scores.

    ``lac`` is 1 - p: smallest sets on average, and none at all (before the most probable class is added) on odd rows.
    ``raps`` is the mass ranked at or above the class plus ``penalty`` for each rank beyond ``free_ranks``: sets that
    grow with difficulty, and never become huge for the tail of a long list of classes.

    Parameters
    ----------
    proba : float array of shape (n_samples, n_classes)
        Probabilities.
    score : {"lac", "raps"}
        Which one.
    uniform : float array of shape (n_samples,), optional
        Draws in [0, 1) that take a share of the class's own mass away (``raps`` only): exact instead of at least the
        promised coverage, at the price of sets that differ from draw to draw. Off by default.

    Returns
    -------
    scores : float array of the same shape
        Ranks count ties by label-space order.

    References
    ----------
    Sadinle, Lei, Wasserman (2019). Least ambiguous set-valued classifiers with bounded error levels. JASA.
    Angelopoulos, Bates, Jordan, Malik (2021). Uncertainty sets for image classifiers using conformal prediction. ICLR.
    """
    if score == "lac":
        return 1.0 - proba
    if score != "raps":
        raise ValueError(f"score {score!r} is none of lac, raps")
    order = np.argsort(-proba, axis=1, kind="stable")
    mass = np.cumsum(np.take_along_axis(proba, order, axis=1), axis=1)
    ranks = np.arange(1, proba.shape[1] + 1)
    ranked = mass + penalty * np.maximum(0, ranks - free_ranks)
    scores = np.empty_like(ranked)
    np.put_along_axis(scores, order, ranked, axis=1)
    if uniform is not None:
        scores = scores - uniform[:, None] * proba
    return np.asarray(scores)


def conformal_threshold(scores: NDArray[np.float64], *, alpha: float, confidence: float | None = None) -> float | None:
    """Find the score that all but a share ``alpha`` of future rows of the same kind stay at or below.

    Without ``confidence`` the promise holds on average over calibration samples: P(score <= threshold) >= 1 - alpha for
    one further exchangeable row. With it, this sample's own threshold covers 1 - alpha of future rows with that
    probability, which asks for a larger threshold.

    Parameters
    ----------
    scores : float array of shape (n,)
        Scores of the true class of calibration rows that fitted nothing.

    Returns
    -------
    threshold : float or None
        ``None`` when the rows are too few for any finite promise: then every class must stay in the set.

    References
    ----------
    Vovk, Gammerman, Shafer (2005). Algorithmic learning in a random world. Vovk (2012), Conditional validity of inductive
    conformal predictors (the variant with a confidence).
    """
    n = len(scores)
    if confidence is None:
        rank = math.ceil((n + 1) * (1.0 - alpha) - 1e-9)
    else:
        rank = tolerance_rank(n, 1.0 - alpha, confidence) or n + 1
    return float(np.partition(scores, rank - 1)[rank - 1]) if rank <= n else None
