"""Recall and precision before labels come, and how right such estimates were where labels have come since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from math import hypot

import numpy as np

from classward.domain import ClassEstimate, DayBucket, EstimateRecord, Interval, Measure, Reference
from classward.statistics import wilson

__all__ = ["class_estimates"]

_FEWEST = 20
_NOTHING = Measure(value=None, n=0, basis="estimated")


def class_estimates(
    buckets: Sequence[DayBucket], reference: Reference | None, *, since: date
) -> tuple[ClassEstimate, ...]:
    """Estimate each class over the whole days since one, with the record of earlier estimates.

    The interval is that of as many rows as are expected, widened by how well the sealed rows know the same figure. It holds
    while classes look as before; a change of what a class means cannot be seen without labels, so these figures never
    raise or clear an alarm. The record compares, week by week and class by class, estimated precision with that of the
    labels that came, where there are at least 20 of them.

    Parameters
    ----------
    buckets : sequence of DayBucket
        Days of one version on the live route, oldest first, those before ``since`` for the record alone.
    reference : Reference or None
        With the answers to the sealed rows; without it there are no estimates.
    since : date
        First day of the window.
    """
    if reference is None or reference.answers is None:
        return ()
    shown = [b for b in buckets if b.expected is not None and b.key.day >= since]
    sealed = np.array(reference.answers.confusion, dtype=np.int64)
    figures = _sums(shown)
    records = _records(buckets, len(reference.class_names), sealed)
    if figures is None:
        return ()
    n, of_class, right, answered = figures
    made = []
    for i, name in enumerate(reference.class_names):
        rows, columns = (sealed[i].sum(), sealed[:, i].sum()) if len(sealed) else (0, 0)
        known = int(sealed[i, i]) if len(sealed) else 0
        made.append(
            ClassEstimate(
                class_name=name, share=_estimated(of_class[i], n, 0, 0),
                recall=_estimated(right[i], of_class[i], known, int(rows)),
                precision=_estimated(right[i], answered[i], known, int(columns)), record=records[i],
            )
        )  # fmt: skip
    return tuple(made)


def _sums(days: Sequence[DayBucket]) -> tuple[float, np.ndarray, np.ndarray, np.ndarray] | None:
    told = [b.expected for b in days if b.expected is not None]
    if not told:
        return None
    of_class, right, answered = (
        np.sum([getattr(e, k) for e in told], axis=0) for k in ("of_class", "right", "answered")
    )
    return float(sum(e.n for e in told)), of_class, right, answered


def _estimated(hits: float, n: float, known: int, n_known: int) -> Measure:
    if n < 1.0:
        return _NOTHING
    value = float(np.clip(hits / n, 0.0, 1.0))
    low, high = wilson(value * n, n)
    if n_known:
        ends = wilson(known, n_known)
        low = value - hypot(value - low, known / n_known - ends[0])
        high = value + hypot(high - value, ends[1] - known / n_known)
    method = "Wilson on expected rows, widened by that of the sealed rows"
    interval = Interval(low=max(0.0, low), high=min(1.0, high), level=0.95, method=method)
    return Measure(value=value, n=round(n), interval=interval, basis="estimated")


def _records(buckets: Sequence[DayBucket], k: int, sealed: np.ndarray) -> list[EstimateRecord]:
    n_weeks, n_within, off = np.zeros(k, int), np.zeros(k, int), np.zeros(k)
    days = [b for b in buckets if b.expected is not None]
    for _, week in groupby(days, key=lambda b: b.key.day - timedelta(days=b.key.day.weekday())):
        own = list(week)
        figures = _sums(own)
        if figures is None:
            continue
        confusion = np.sum([b.answers.confusion for b in own], axis=0)
        _, _, right, answered = figures
        for i in np.flatnonzero(confusion.sum(axis=0) >= _FEWEST).tolist():
            n_labelled = int(confusion[:, i].sum())
            known, rows = (int(sealed[i, i]), int(sealed[:, i].sum())) if len(sealed) else (0, 0)
            said = _estimated(right[i], answered[i], known, rows)
            real = confusion[i, i] / n_labelled
            ends = wilson(int(confusion[i, i]), n_labelled)
            if said.value is None or said.interval is None:
                continue
            n_weeks[i] += 1
            off[i] += said.value - real
            n_within[i] += ends[0] <= said.interval.high and ends[1] >= said.interval.low
    return [
        EstimateRecord(
            n_weeks=int(n_weeks[i]), n_within=int(n_within[i]), mean_error=float(off[i] / n_weeks[i]) if n_weeks[i] else None
        )
        for i in range(k)
    ]  # fmt: skip
