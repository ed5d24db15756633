"""Two models on the same rows: who was right where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import SLO, ClassReport, Measure, PairedCounts
from classward.errors import DataError
from classward.inference import Proba
from classward.statistics import wilson

__all__ = ["compare_rows", "judge_offline"]

_MOST_MORE = 100_000


def compare_rows(live: Proba, candidate: Proba, y_index: NDArray[np.int64]) -> tuple[PairedCounts, ...]:
    """Count, for all rows and for the rows of each true class, which version was right.

    Parameters
    ----------
    live, candidate : Proba
        Probabilities of the same rows in the same label space.
    y_index : int array of shape (n_samples,)
        True columns.

    Returns
    -------
    counts : tuple of PairedCounts
        ``"(all)"`` first, then every class in label-space order.

    Raises
    ------
    DataError
        CW222 if rows, label spaces and labels do not fit together.
    """
    if live.label_space.names != candidate.label_space.names or not len(live) == len(candidate) == len(y_index):
        raise DataError(
            "CW222", "two versions cannot be compared row by row",
            got=f"{len(live)} and {len(candidate)} rows with {len(y_index)} labels, {len(live.label_space)} and "
            f"{len(candidate.label_space)} classes",
            why="a paired test needs both answers for the same rows, in the same columns",
            fix="predict the same rows with both, and align them to one label space",
        )  # fmt: skip
    old, new = live.predicted == y_index, candidate.predicted == y_index
    names = candidate.label_space.names
    everything = _counts("(all)", old, new)
    return (everything, *(_counts(name, old[y_index == i], new[y_index == i]) for i, name in enumerate(names)))


def _counts(name: str, old: NDArray[np.bool_], new: NDArray[np.bool_]) -> PairedCounts:
    return PairedCounts(
        class_name=name, n=len(old), n_both=int((old & new).sum()), n_only_candidate=int((new & ~old).sum()),
        n_only_live=int((old & ~new).sum()),
    )  # fmt: skip


def judge_offline(report: ClassReport, slos: Sequence[SLO]) -> str:
    """Say whether a class keeps its promises on the sealed rows, from the ends of the 95 % intervals.

    For one look at one class: over many classes some verdicts of ``met`` or ``breached`` are by chance (about 1 in 40 each
    that lies exactly on its target). Where rows are lacking it says how many more would decide at the present rate.
    Production is judged by ``lifecycle.monitor``, for every look and all promises.

    >>> from classward.domain import Measure
    >>> nothing = Measure(value=None, n=0)
    >>> judge_offline(ClassReport(class_name="a", n=0, n_predicted=0, recall=nothing, precision=nothing, f1=nothing,
    ...                           log_loss=nothing), [SLO(indicator="recall", class_name="a", target=0.8)])
    'recall ≥ 0.80  not enough evidence'
    """
    said = []
    for slo in slos:
        if slo.class_name != report.class_name or slo.indicator not in {"recall", "precision"}:
            continue
        figure = report.recall if slo.indicator == "recall" else report.precision
        state = "not enough evidence"
        if figure.interval is not None and figure.n >= slo.min_labels:
            state = (
                "met" if figure.interval.low >= slo.target
                else "breached" if figure.interval.high < slo.target else state
            )  # fmt: skip
        more = _rows_missing(figure, slo) if state == "not enough evidence" else None
        missing = f" (about {more:,} more)" if more else ""
        said.append(f"{slo.indicator} ≥ {slo.target:.2f}  {state}{missing}")
    return "; ".join(said) or "–"


def _rows_missing(figure: Measure, slo: SLO) -> int | None:
    """How many more rows would decide if the rate stayed as it is; ``None`` without a rate, or if too many."""
    rate = figure.value
    if rate is None:
        return None

    def is_decided(n: int) -> bool:
        low, high = wilson(rate * n, n)
        return n >= slo.min_labels and (low >= slo.target or high < slo.target)

    high = max(2 * figure.n, slo.min_labels)
    while not is_decided(high):
        if high > _MOST_MORE:
            return None
        high *= 2
    low = figure.n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_decided(middle) else (middle, high)
    return high - figure.n
