"""Figures beyond the headline, each with n and an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassFigures, Interval, Measure
from classward.inference import Proba
from classward.statistics import (
    Margins,
    confusion_counts,
    draw_margins,
    log_losses,
    margins_of,
    measured_mean,
    measured_share,
    ranked,
    top_k_hits,
    wilson,
)

__all__ = ["class_figures", "figures", "macro", "true_ranks", "worst_recall"]

_LEVEL = 0.95
_SURE = 0.9
_MOST_MICRO_CELLS = 4_000_000


def figures(
    proba: Proba,
    y_index: NDArray[np.int64],
    *,
    cost: NDArray[np.float64],
    rng: np.random.Generator,
    ks: Sequence[int] = (2, 3, 5, 10),
    n_draws: int = 500,
) -> tuple[tuple[str, Measure], ...]:
    """Measure everything that one number per model can say, so that nobody is tempted to compute it elsewhere.

    None of them replaces the figures per class: macro figures give a class of three rows the weight of one of three
    thousand, micro and weighted ones hide it.

    Parameters
    ----------
    proba : Proba
        Probabilities of shape (n_samples, n_classes); at least one row.
    y_index : int array of shape (n_samples,)
        True columns.
    cost : float array of shape (n_classes, n_classes)
        Cost of a row by true and predicted class (``inference.cost_matrix``).
    ks : sequence of int
        For top-k accuracy; those above the number of classes are left out.

    Returns
    -------
    figures : tuple of (name, Measure)
        Names as in scikit-learn where it has one. ``confident_errors`` is the share of wrong answers among those given
        with a confidence of 0.9 or more. The interval of ``worst_class_recall`` is that of Wilson corrected for the number
        of classes, since resampling a minimum is biased. Cost: 500 draws of the confusion counts, one sort per class.
    """
    n_classes = len(proba.label_space)
    confusion = confusion_counts(y_index, proba.predicted, n_classes)
    made = dict(_resampled(confusion, cost, rng, n_draws))
    made["worst_class_recall"] = worst_recall(confusion)
    made |= {
        f"top_{k}_accuracy": measured_share(top_k_hits(proba.matrix, y_index, k), len(y_index))
        for k in ks
        if k < n_classes
    }
    sure = proba.matrix.max(axis=1) >= _SURE
    made["confident_errors"] = measured_share(int((proba.predicted != y_index)[sure].sum()), int(sure.sum()))
    made["roc_auc_micro"] = _micro_auc(proba.matrix, y_index)
    return tuple(made.items())


def _resampled(
    confusion: NDArray[np.int64], cost: NDArray[np.float64], rng: np.random.Generator, n_draws: int
) -> list[tuple[str, Measure]]:
    here = margins_of(confusion, cost)
    drawn = [m.all_figures() for m in draw_margins(confusion, cost, rng=rng, n_draws=n_draws)]
    made = []
    for name, value in here.all_figures().items():
        values = np.concatenate([part[name] for part in drawn])
        low, high = (float(x) for x in np.quantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]))
        made.append((name, _measure(name, float(value), low, high, here, cost)))
    return made


def _measure(name: str, value: float, low: float, high: float, here: Margins, cost: NDArray[np.float64]) -> Measure:
    """Give the interval, unless every draw was the same: without an error (or a hit) that would claim certainty."""
    n, method = int(here.n), "bootstrap of rows"
    if low == high:
        least, most = wilson(float(here.hits.sum()), n, level=_LEVEL)
        method = "Wilson of the accuracy, since no draw differed"
        low, high = least, most
        if name == "mean_cost":
            largest = float(cost.max(initial=0.0))
            low, high = (1 - most) * largest, (1 - least) * largest
    interval = Interval(low=min(low, value), high=max(high, value), level=_LEVEL, method=method)
    return Measure(value=value, n=n, interval=interval)


def worst_recall(confusion: NDArray[np.int64]) -> Measure:
    """Lowest recall of the classes with rows; n counts the rows of that class."""
    support = confusion.sum(axis=1)
    present = np.flatnonzero(support)
    if not len(present):
        return Measure(value=None, n=0)
    hits, rows = np.diag(confusion)[present], support[present]
    worst = int(np.argmin(hits / rows))
    level = 1 - (1 - _LEVEL) / len(present)
    ends = [wilson(int(k), int(n), level=level) for k, n in zip(hits, rows, strict=True)]
    interval = Interval(
        low=min(low for low, _ in ends), high=min(high for _, high in ends), level=_LEVEL,
        method=f"Wilson, corrected for {len(present)} classes",
    )  # fmt: skip
    return Measure(value=float(hits[worst] / rows[worst]), n=int(rows[worst]), interval=interval)


def _micro_auc(matrix: NDArray[np.float64], y_index: NDArray[np.int64]) -> Measure:
    """Every cell of the matrix as one question; very many rows are thinned evenly, and n says so.

    Cells of one row depend on each other, so that no interval is given.
    """
    step = -(-matrix.size // _MOST_MICRO_CELLS)
    kept, truth = matrix[::step], y_index[::step]
    is_true = np.zeros(kept.shape, dtype=np.bool_)
    is_true[np.arange(len(truth)), truth] = True
    found = ranked(kept.ravel(), is_true.ravel()).auc()
    return Measure(value=found.value, n=len(truth))


def class_figures(proba: Proba, y_index: NDArray[np.int64]) -> tuple[ClassFigures, ...]:
    """Measure each class as a yes-or-no question asked of its probability.

    Returns
    -------
    figures : tuple of ClassFigures
        In label-space order; ``auc`` and ``average_precision`` have no value for a class without rows (or with all rows).
    """
    made = []
    predicted, sure = proba.predicted, proba.matrix.max(axis=1) >= _SURE
    for i, name in enumerate(proba.label_space.names):
        own, is_it = proba.matrix[:, i], y_index == i
        ranking = ranked(own, is_it)
        stated = np.where(is_it, own, 1 - own)
        losses = log_losses(np.clip(stated, 0.0, 1.0)[:, None], np.zeros(len(own), dtype=np.int64))
        made.append(
            ClassFigures(
                class_name=name, n=int(is_it.sum()), brier=measured_mean((own - is_it) ** 2),
                log_loss=measured_mean(losses), auc=ranking.auc(), average_precision=ranking.average_precision(),
                precision_recall=ranking.precision_recall(), roc=ranking.roc(),
                confident_errors=_wrong(~is_it[sure & (predicted == i)]),
            )
        )  # fmt: skip
    return tuple(made)


def _wrong(is_wrong: NDArray[np.bool_]) -> Measure:
    return measured_share(int(is_wrong.sum()), len(is_wrong))


def true_ranks(proba: Proba, y_index: NDArray[np.int64]) -> tuple[int, ...]:
    """Count the rows whose true class is the most probable, the second most probable, and so on; ties as in top-k.

    From these counts any top-k accuracy can be read.
    """
    own = proba.matrix[np.arange(len(y_index)), y_index]
    place = (proba.matrix > own[:, None]).sum(axis=1)
    ties = (proba.matrix == own[:, None]) & (np.arange(proba.matrix.shape[1])[None, :] < y_index[:, None])
    return tuple(np.bincount(place + ties.sum(axis=1), minlength=proba.matrix.shape[1]).tolist())


def macro(measures: Sequence[Measure]) -> Measure:
    """Mean of figures that have a value, with the mean of their variances as spread; n counts the figures.

    Takes the classes as independent, which rows shared between them make only roughly true.
    """
    kept = [m for m in measures if m.value is not None]
    if not kept:
        return Measure(value=None, n=0)
    value = float(np.mean([m.value for m in kept if m.value is not None]))
    if any(m.interval is None for m in kept):
        return Measure(value=value, n=len(kept))
    below = [(m.value - m.interval.low) ** 2 for m in kept if m.value is not None and m.interval is not None]
    above = [(m.interval.high - m.value) ** 2 for m in kept if m.value is not None and m.interval is not None]
    low, high = value - np.sqrt(np.sum(below)) / len(kept), value + np.sqrt(np.sum(above)) / len(kept)
    interval = Interval(
        low=max(0.0, float(low)), high=min(1.0, float(high)), level=_LEVEL, method="square-and-add over classes"
    )
    return Measure(value=value, n=len(kept), interval=interval)
