"""Rows whose label may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure
from classward.inference import Proba
from classward.statistics import measured_share, spoken_labels, wilson

__all__ = ["ClassSuspects", "LabelSuspects", "Suspect", "find_suspects"]

_FEWEST_ROWS = 5
_MOST_LISTED = 1000
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A row whose given class is unlikely and whose likely class is likely enough to be taken seriously.

    ``at`` is its position among the rows looked at.
    """

    at: int
    given: str
    likely: str
    p_given: float
    p_likely: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSuspects:
    """What was found among the rows labelled with one class.

    ``threshold`` is the mean probability of the class on its own rows; a row speaks for a class from there on. ``rate`` is
    the share of suspects among those of its rows that speak for some class; rows that speak for none are no evidence.
    """

    class_name: str
    n: int
    n_suspects: int
    threshold: float
    rate: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSuspects:
    """Suspects, most suspicious first, with the rate of each class.

    ``n`` rows were looked at and ``n_suspects`` found, of which at most 1,000 are listed. ``rate`` weighs the classes'
    rates by their rows: an estimate of the share of wrong labels. ``joint`` holds (given, likely, share of all rows) for
    pairs that occur, largest first.
    """

    n: int
    n_suspects: int
    rate: Measure
    classes: tuple[ClassSuspects, ...]
    joint: tuple[tuple[str, str, float], ...]
    suspects: tuple[Suspect, ...]
    remark: str


def find_suspects(proba: Proba, y_index: NDArray[np.int64]) -> LabelSuspects:
    """Compare given labels with what models that never saw them say (confident learning).

    A row speaks for the most probable of those classes whose probability reaches the class's mean on its own rows. Where
    that is not the given class, and is more probable than it, the row is a suspect. For a person to look at: rows that
    are merely hard, or whose classes overlap, are suspects too, so nothing should be deleted or relabelled unseen. With
    planted flips among four classes about three in four are found, and nine in ten suspects are flips; mistakes that all
    go one way, from a rare class to a common one, are found half as often. Noise that follows a rule the models can learn is
    not found.

    Parameters
    ----------
    proba : Proba
        Calibrated probabilities of models that did not see the rows.
    y_index : int array of shape (n,)
        Given class of each row.

    Returns
    -------
    suspects : LabelSuspects
        Classes with fewer than 5 rows are neither judged nor suspected; their rate has no value.

    References
    ----------
    Northcutt, Jiang, Chuang (2021). Confident learning: estimating uncertainty in dataset labels. JAIR 70.
    """
    matrix, names = proba.matrix, proba.label_space.names
    counts = np.bincount(y_index, minlength=len(names))
    spoken = spoken_labels(matrix, y_index, fewest_rows=_FEWEST_ROWS)
    own, likely, p_likely, threshold = spoken.own, spoken.likely, spoken.likely_proba, spoken.threshold
    is_suspect, is_confident = spoken.is_suspect, spoken.is_confident
    found = np.flatnonzero(is_suspect)
    found = found[np.argsort((own - p_likely)[found], kind="stable")]
    n_confident = np.bincount(y_index[is_confident], minlength=len(names))
    n_suspects = np.bincount(y_index[is_suspect], minlength=len(names))
    per_class = tuple(
        ClassSuspects(
            class_name=name, n=int(counts[c]), n_suspects=int(n_suspects[c]), threshold=round(float(threshold[c]), 6),
            rate=measured_share(int(n_suspects[c]), int(n_confident[c])),
        )
        for c, name in enumerate(names)
    )  # fmt: skip
    rate = _overall(n_suspects, n_confident, counts)
    return LabelSuspects(
        n=len(y_index), n_suspects=len(found), rate=rate, classes=per_class,
        joint=_joint(y_index[found], likely[found], n_confident, counts, names),
        suspects=tuple(
            Suspect(
                at=int(i), given=names[y_index[i]], likely=names[likely[i]], p_given=round(float(own[i]), 6),
                p_likely=round(float(p_likely[i]), 6),
            )
            for i in found[:_MOST_LISTED]
        ),
        remark=_remark(len(found), len(y_index), rate),
    )  # fmt: skip


def _overall(n_suspects: NDArray[np.int64], n_confident: NDArray[np.int64], counts: NDArray[np.int64]) -> Measure:
    """The classes' rates weighted by their rows, with the interval of as many rows as carry the same uncertainty."""
    known = n_confident > 0
    if not known.any():
        return Measure(value=None, n=0)
    weight = counts[known] / counts[known].sum()
    smooth = (n_suspects[known] + 0.5) / (n_confident[known] + 1.0)
    value = float((weight * n_suspects[known] / n_confident[known]).sum())
    middle = float((weight * smooth).sum())
    variance = float((weight**2 * smooth * (1 - smooth) / n_confident[known]).sum())
    n_like = min(middle * (1 - middle) / variance, float(n_confident.sum()))
    low, high = wilson(value * n_like, n_like, level=_LEVEL)
    interval = Interval(low=low, high=high, level=_LEVEL, method="Wilson at the effective number of rows")
    return Measure(value=value, n=int(n_confident.sum()), interval=interval)


def _joint(
    given: NDArray[np.int64],
    likely: NDArray[np.int64],
    n_confident: NDArray[np.int64],
    counts: NDArray[np.int64],
    names: tuple[str, ...],
) -> tuple[tuple[str, str, float], ...]:
    if not len(given):
        return ()
    pairs, n = np.unique(np.stack([given, likely], axis=1), axis=0, return_counts=True)
    share = n / n_confident[pairs[:, 0]] * counts[pairs[:, 0]] / counts.sum()
    order = np.argsort(-share, kind="stable")
    return tuple((names[pairs[i, 0]], names[pairs[i, 1]], round(float(share[i]), 6)) for i in order)


def _remark(n_suspects: int, n: int, rate: Measure) -> str:
    if rate.value is None or rate.interval is None:
        return f"wrong labels: not enough evidence, no class has {_FEWEST_ROWS} rows that were scored"
    return (
        f"{n_suspects:,} of {n:,} labels look wrong or hard (estimated share {rate.value:.1%}, "
        f"{rate.interval.low:.1%} to {rate.interval.high:.1%}); a person should look, nothing was changed"
    )
