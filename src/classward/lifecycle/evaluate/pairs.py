"""Two models on the same rows: who was right where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import SLO, ClassReport, PairedCounts
from classward.inference import Proba

__all__ = ["compare_rows", "judge_offline"]


def compare_rows(live: Proba, candidate: Proba, y_index: NDArray[np.int64]) -> tuple[PairedCounts, ...]:
    """Count, for all rows and for the rows of each true class, which version was right.

    Both matrices must be of the same rows and label space; ``"(all)"`` comes first.
    """
    names = candidate.label_space.names
    old, new = live.matrix.argmax(axis=1) == y_index, candidate.matrix.argmax(axis=1) == y_index
    everything = _counts("(all)", old, new)
    return (everything, *(_counts(name, old[y_index == i], new[y_index == i]) for i, name in enumerate(names)))


def _counts(name: str, old: NDArray[np.bool_], new: NDArray[np.bool_]) -> PairedCounts:
    return PairedCounts(
        class_name=name, n=len(old), n_both=int((old & new).sum()), n_only_candidate=int((new & ~old).sum()),
        n_only_live=int((old & ~new).sum()),
    )  # fmt: skip


def judge_offline(report: ClassReport, slos: Sequence[SLO]) -> str:
    """Say whether a class keeps its promises on the sealed rows, from the ends of the 95 % intervals (one look).

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
        said.append(f"{slo.indicator} ≥ {slo.target:.2f}  {state}")
    return "; ".join(said) or "–"
