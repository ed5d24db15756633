"""Prediction sets whose promise holds class by class."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace, SetClass, SetRule, SetsChoice
from classward.inference import Proba
from classward.lifecycle.calibrate.rows import check_share, labelled, proving_rows
from classward.lifecycle.calibrate.similar import similar_classes
from classward.statistics import conformal_threshold, set_scores

__all__ = ["choose_sets"]

_PENALTY, _FREE_RANKS = 0.01, 5
_MOST_NAMED = 8


def choose_sets(
    proba: Proba,
    y_index: NDArray[np.int64],
    *,
    rows: NDArray[np.int64],
    fitted_rows: NDArray[np.int64],
    rng: np.random.Generator,
    alpha: float = 0.1,
    score: str = "lac",
    min_rows: int = 50,
    confidence: float = 0.0,
) -> SetsChoice:
    """Find thresholds so that the set of a row of *any* class holds its true class with probability 1 - alpha or more.

    A class with ``min_rows`` rows or more gets a threshold of its own, whose promise is exact for exchangeable rows. Smaller
    classes get the larger of their own and one shared with classes whose scores are distributed alike (grouped on rows that
    are then put aside; what cannot be grouped is pooled): exact as well, and less at the mercy of a few rows. Only a class
    with fewer than about 1 / alpha rows has none of its own; its largest score stands in, and the promise holds on average
    over the classes it shares with. Each class says which it was.

    Parameters
    ----------
    proba : Proba
        Calibrated probabilities.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rows, fitted_rows : int arrays
        Positions of the rows that set thresholds, and of those that fitted the calibrator; they must not overlap.
    rng : numpy Generator
        Deals the rows of small classes and starts the grouping.
    alpha : float, default=0.1
        Share of rows of a class whose set may miss the truth.
    score : {"lac", "raps"}
        ``lac`` for small sets, ``raps`` for long lists of classes.
    min_rows : int, default=50
        From how many rows on a class stands alone.
    confidence : float, default=0.0
        0: the promise holds on average over calibration samples; above, each threshold keeps it with that chance, at the
        price of larger sets (worth it where the worst class is watched).

    Returns
    -------
    choice : SetsChoice
        ``choice.rule`` goes into ``DecisionRule.sets``.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    DataError
        CW266 if rows are used twice.
    UsageError
        CW262 if ``alpha`` is no share.

    References
    ----------
    Vovk (2012), Mondrian conformal prediction; Ding, Angelopoulos, Bates, Jordan, Tibshirani (2023). Class-conditional
    conformal prediction with many classes. NeurIPS (clusters).
    """
    check_share(alpha, "alpha")
    y = labelled(proba, y_index, what="prediction sets")
    chosen = proving_rows(len(y), rows, fitted_rows)
    part = proba.take(chosen)
    y = labelled(part, y[chosen], what="prediction sets")
    penalty, free = (_PENALTY, _FREE_RANKS) if score == "raps" else (0.0, 0)
    scores = set_scores(part.matrix, score=score, penalty=penalty, free_ranks=free)[np.arange(len(y)), y]
    highest = 1.0 if score == "lac" else 1.0 + 1e-6 + penalty * len(part.label_space)
    counts = np.bincount(y, minlength=len(part.label_space))
    small = np.flatnonzero(counts < min_rows)
    group, is_kept = similar_classes(scores, y, small, alpha=alpha, min_rows=min_rows, rng=rng)
    classes = []
    for index, name in enumerate(part.label_space.names):
        own = conformal_threshold(scores[y == index], alpha=alpha, confidence=confidence or None)
        source, n_shared, at = "own", int(counts[index]), own
        if counts[index] < min_rows:
            alike = scores[is_kept & np.isin(y, small[group[small] == group[index]])]
            shared = conformal_threshold(alike, alpha=alpha, confidence=confidence or None)
            source, n_shared = "cluster" if group[index] >= 0 else "pooled", len(alike)
            largest = scores[y == index].max(initial=0.0)
            at = max(shared, own if own is not None else float(largest)) if shared is not None else own
        classes.append(
            SetClass(
                class_name=name,
                n=int(counts[index]),
                source=source if at is not None else "none",
                is_exact=own is not None or at is None,
                n_shared=n_shared,
                threshold=at if at is not None else highest,
            )
        )
    rule = SetRule(
        score=score,
        alpha=alpha,
        thresholds=tuple(one.threshold for one in classes),
        penalty=penalty,
        free_ranks=free,
    )
    remark = _remark(tuple(classes), part.label_space, alpha, confidence, len(y))
    return SetsChoice(rule=rule, classes=tuple(classes), n=len(y), confidence=confidence, remark=remark)


def _remark(classes: tuple[SetClass, ...], space: LabelSpace, alpha: float, confidence: float, n: int) -> str:
    sources = Counter(one.source for one in classes)
    sure = f", with {confidence:.0%} confidence per threshold" if confidence else " on average over calibration samples"
    text = f"sets hold the true class of {1 - alpha:.0%} of rows of each class{sure}; {n} rows"
    shared = sources["cluster"] + sources["pooled"]
    if shared:
        text += (
            f"; {shared} of {len(space)} classes have few rows: their thresholds are not below those of similar classes"
        )
    loose = [one.class_name for one in classes if not one.is_exact]
    if loose:
        named = ", ".join(loose[:_MOST_NAMED]) + (
            f" and {len(loose) - _MOST_NAMED} more" if len(loose) > _MOST_NAMED else ""
        )
        text += f"; with too few rows for a promise of their own, on average over these classes only: {named}"
    if sources["none"]:
        text += f"; {sources['none']} classes are in every set, since too few rows allow no threshold"
    return text
