"""Columns that tell the label better than a property known beforehand plausibly can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classward.domain import Finding, Interval
from classward.lifecycle.data.leakage.coded import Coded, coded
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.looked_at import LookedAt
from classward.lifecycle.data.leakage.single_column import SingleColumn, single_column
from classward.statistics import wilson

__all__ = ["strong_columns"]

_SEPARATES = "separates_class"
_FEWEST_AMOUNTS = 10
_BINS_PER_CLASS = 50  # a bin across the border of two classes costs half its rows


def strong_columns(rows: LookedAt, limits: LeakageLimits) -> list[Finding]:
    """Look at each column alone: at its values, and at whether it is filled in at all.

    A column is stopped that alone names nearly every held-out row, or whose being filled in (a value missing, or the same
    amount, elsewhere) separates a class from all others. One that separates a class otherwise is a warning: some honest
    columns do. Every claim needs both the figure and the lower end of an interval widened for the number of looks.
    """
    made: list[Finding] = []
    n_looks = max(1, len(rows.columns) * rows.n_classes)
    level = 1 - (1 - limits.level) / n_looks
    for name in rows.columns:
        column = coded(rows.table[name], n_bins=max(100, min(2000, _BINS_PER_CLASS * rows.n_classes)))
        if column is None or rows.n < limits.fewest_rows:
            continue
        found = _filled(column, rows, limits, level) or _values(column, rows, limits, level)
        made += [found] if found is not None else []
    return _together(made)


def _together(findings: list[Finding]) -> list[Finding]:
    """One warning for all columns that separate a class: the class is easy, or was written down more than once."""
    stays = [f for f in findings if f.kind != _SEPARATES]
    alike = sorted((f for f in findings if f.kind == _SEPARATES), key=lambda f: -f.value)
    if len(alike) < 2:
        return findings
    others = ", ".join(repr(f.columns[0]) for f in alike[1:6]) + (" …" if len(alike) > 6 else "")
    return [
        *stays,
        replace(
            alike[0],
            columns=tuple(f.columns[0] for f in alike),
            what=f"{alike[0].what}; {len(alike) - 1} more columns separate a class so well: {others}",
            why="several columns that do so speak for classes that are easy; still, make sure that none is filled in once "
            "the class is known",
        ),
    ]


def _values(column: Coded, rows: LookedAt, limits: LeakageLimits, level: float) -> Finding | None:
    figures = single_column(column, rows.y_index, rows.held, n_classes=rows.n_classes)
    low, high = wilson(figures.n_right, figures.n, level=level)
    interval = Interval(low=low, high=high, level=level, method="Wilson, widened for the number of looks")
    if (
        rows.largest_share < limits.largest_class
        and low > rows.largest_share
        and figures.accuracy >= limits.warn_accuracy
    ):
        is_stop = figures.accuracy >= limits.stop_accuracy and low >= limits.stop_accuracy_low
        return Finding(
            kind="post_outcome", columns=(column.name,), figure="held-out accuracy of the column alone",
            value=figures.accuracy, n=figures.n, interval=interval,
            threshold=limits.stop_accuracy if is_stop else limits.warn_accuracy, severity="stop" if is_stop else "warn",
            what=f"{column.name!r} alone names {figures.accuracy:.1%} of {figures.n:,} rows it was not learned from "
            f"(at least {low:.1%}; always naming the largest class: {rows.largest_share:.1%})",
            why=f"it takes away {figures.explained:.0%} of the label's uncertainty; a property known before the label "
            "rarely does, while a code of the label, or something written down because of it, always does",
            fix=_FIX,
        )  # fmt: skip
    return _one_class(column, figures, rows, limits, level)


_FIX = (
    "leave the column out; if it is known when a prediction is asked for, say so by accepting the finding, and the "
    "acceptance is recorded"
)


def _one_class(
    column: Coded, figures: SingleColumn, rows: LookedAt, limits: LeakageLimits, level: float
) -> Finding | None:
    best = _separated(figures, rows, limits, level)
    if best is None:
        return None
    c, low, high = best
    return Finding(
        kind=_SEPARATES, columns=(column.name,), figure="area under the curve, one class against the rest",
        value=figures.auc[c], n=figures.class_rows[c], threshold=limits.warn_auc, severity="warn",
        interval=_interval(low, high, level),
        what=f"{column.name!r} alone separates {rows.names[c]!r} from every other class (area under the curve "
        f"{figures.auc[c]:.3f}, at least {low:.2f}, from {figures.class_rows[c]:,} of {figures.n:,} rows)",
        why="some honest columns do this, and so does everything that is filled in once the class is known",
        fix="make sure the column is known before the label; if not, leave it out",
    )  # fmt: skip


def _filled(column: Coded, rows: LookedAt, limits: LeakageLimits, level: float) -> Finding | None:
    """Whether being filled in (not missing, or not the one frequent amount) tells a class."""
    is_amount = rows.table[column.name].dtype.is_numeric() and column.n_codes > _FEWEST_AMOUNTS
    frequent = int(np.bincount(column.code, minlength=2)[2:].argmax()) + 2 if is_amount else 0
    for empty, said in ((0, "has a value"), (frequent, "differs from its most frequent number")):
        indicator = (column.code != empty).astype(np.int64)
        if indicator.all() or not indicator.any() or (empty == 0 and said != "has a value"):
            continue
        flags = Coded(name=column.name, code=indicator, n_codes=2)
        figures = single_column(flags, rows.y_index, rows.held, n_classes=rows.n_classes)
        best = _separated(figures, rows, limits, level)
        if best is None:
            continue
        c, low, high = best
        return Finding(
            kind="filled_afterwards", columns=(column.name,),
            figure="area under the curve of being filled in, one class against the rest",
            value=figures.auc[c], n=figures.class_rows[c], threshold=limits.warn_auc, severity="stop",
            interval=_interval(low, high, level),
            what=f"whether {column.name!r} {said} separates {rows.names[c]!r} from every other class (area under the "
            f"curve {figures.auc[c]:.3f}, at least {low:.2f}, from {figures.class_rows[c]:,} of {figures.n:,} rows)",
            why="a field that is filled in for one class only was most likely filled in because of the class: it will be "
            "empty when a prediction is asked for",
            fix=_FIX,
        )  # fmt: skip
    return None


def _separated(
    figures: SingleColumn, rows: LookedAt, limits: LeakageLimits, level: float
) -> tuple[int, float, float] | None:
    """The class separated best, if it is implausibly well; the interval is Wilson's at the rarer side's size.

    The variance of an area A is at most A(1 - A) over the number of rows on the rarer side (Birnbaum and Klose 1957).
    """
    best: tuple[int, float, float] | None = None
    for c, auc in enumerate(figures.auc):
        n = min(figures.class_rows[c], figures.n - figures.class_rows[c])
        if np.isnan(auc) or auc < limits.warn_auc or (best is not None and auc <= figures.auc[best[0]]):
            continue
        low, high = wilson(auc * n, n, level=level)
        if low >= limits.warn_auc_low:
            best = c, low, high
    return best


def _interval(low: float, high: float, level: float) -> Interval:
    return Interval(low=low, high=high, level=level, method="Wilson at the rarer side's size, widened for the looks")
