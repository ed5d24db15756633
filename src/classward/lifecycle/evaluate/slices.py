"""Where a model is worse than elsewhere, and whether chance could have made it so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure, Slice, SliceCell, SliceTable
from classward.lifecycle.evaluate.cuts import Cut, cuts_of
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.statistics import difference_interval, fisher_p, holm, log_losses, measured_mean, measured_share

__all__ = ["ROWS_OF_SLICES", "slice_table"]

_LEVEL = 0.95
ROWS_OF_SLICES = 50_000
"""Slices are measured on so many rows at most."""
_ORDER = {"worse": 0, "no difference shown": 1, "better": 2, "too few rows": 3, "nothing to compare with": 4}


@dataclass(frozen=True, slots=True)
class _Counts:
    right: NDArray[np.bool_]
    y_index: NDArray[np.int64]
    losses: NDArray[np.float64]
    confidence: NDArray[np.float64]
    n: NDArray[np.int64]
    hits: NDArray[np.int64]


def slice_table(
    held: HeldOut,
    *,
    cuts: Iterable[Cut] | None = None,
    min_rows: int = 20,
    alpha: float = 0.05,
    most_cells: int = 30,
) -> SliceTable:
    """Measure accuracy on every slice, and recall of every class within it, against all other rows.

    Looks at one slice at a time: a fault that shows only where two columns meet is not found. Slices overlap and may tell
    of the same rows under two names. It says where errors are, not why.

    Parameters
    ----------
    held : HeldOut
        Rows with probabilities, truth and columns.
    cuts : iterable of Cut, optional
        Which rows form slices; by default those of ``cuts_of``.
    min_rows : int, default=20
        Fewer rows in the slice, or outside it, are not tested: the slice is listed as ``too few rows``.
    alpha : float, default=0.05
        Chance of any false ``worse`` or ``better`` among all slices, and again among all cells.
    most_cells : int, default=30
        How many cells to keep; all are tested and counted.

    Returns
    -------
    table : SliceTable
        Slices with the worst first; nothing is left out. p-values are exact (Fisher), corrected by Holm. Cost: one pass
        over the rows per slice, of which there are 50,000 evenly spaced ones at most unless ``cuts`` are given.
    """
    if cuts is None:
        held = held.thinned(ROWS_OF_SLICES)
    predicted = held.proba.predicted
    right, n_classes = predicted == held.y_index, len(held.names)
    whole = _Counts(
        right, held.y_index, log_losses(held.proba.matrix, held.y_index), held.proba.matrix.max(axis=1, initial=0.0),
        np.bincount(held.y_index, minlength=n_classes), np.bincount(held.y_index[right], minlength=n_classes),
    )  # fmt: skip
    slices, cells, p_slices, p_cells, n_few = [], [], [], [], 0
    for cut in cuts_of(held) if cuts is None else cuts:
        n = np.bincount(held.y_index[cut.rows], minlength=n_classes)
        hits = np.bincount(held.y_index[cut.rows & right], minlength=n_classes)
        found, p = _slice(cut, whole, n, hits, min_rows)
        slices.append(found)
        if p is None:
            n_few += int((n > 0).sum())
            continue
        p_slices.append(p)
        tested = np.flatnonzero((n >= min_rows) & (whole.n - n >= min_rows))
        n_few += int(((n > 0) & ~((n >= min_rows) & (whole.n - n >= min_rows))).sum())
        for i in tested:
            p_cells.append(fisher_p(int(hits[i]), int(n[i]), int(whole.hits[i] - hits[i]), int(whole.n[i] - n[i])))
            cells.append((cut.column, cut.level, held.names[i], int(i), int(n[i]), int(hits[i])))
    corrected = iter(holm(p_slices))
    slices = [_judged(s, next(corrected), alpha) if s.p_adjusted is not None else s for s in slices]
    kept = _worst_cells(cells, holm(p_cells), whole, alpha, most_cells)
    return SliceTable(
        slices=tuple(sorted(slices, key=_badness)), cells=kept, n_cells=len(cells), n_cells_too_few=n_few,
        min_rows=min_rows, alpha=alpha,
        correction=f"Holm over {len(p_slices)} slices, and over {len(cells)} cells of a class within a slice",
    )  # fmt: skip


def _slice(
    cut: Cut, whole: _Counts, n: NDArray[np.int64], hits: NDArray[np.int64], min_rows: int
) -> tuple[Slice, float | None]:
    n_in, k_in = int(n.sum()), int(hits.sum())
    n_out, k_out = int(whole.n.sum()) - n_in, int(whole.hits.sum()) - k_in
    p = fisher_p(k_in, n_in, k_out, n_out) if min(n_in, n_out) >= min_rows else None
    rest_n, rest_hits = whole.n - n, whole.hits - hits
    recall = np.where(rest_n > 0, rest_hits / np.maximum(rest_n, 1), whole.hits / np.maximum(whole.n, 1))
    made = Slice(
        column=cut.column, level=cut.level, kind=cut.kind, n=n_in, accuracy=measured_share(k_in, n_in),
        rest=measured_share(k_out, n_out), difference=_difference(k_in, n_in, k_out, n_out),
        log_loss=measured_mean(whole.losses[cut.rows]), expected=float((n * recall).sum() / n_in) if n_in else None,
        confidence=float(whole.confidence[cut.rows].mean()) if n_in else None, p_adjusted=p,
        verdict="nothing to compare with" if n_in and not n_out else "too few rows",
    )  # fmt: skip
    return made, p


def _judged(found: Slice, p_adjusted: float, alpha: float) -> Slice:
    return replace(found, p_adjusted=p_adjusted, verdict=_verdict(found.difference, p_adjusted, alpha))


def _verdict(difference: Measure, p_adjusted: float, alpha: float) -> str:
    if p_adjusted > alpha:
        return "no difference shown"
    return "worse" if (difference.value or 0.0) < 0 else "better"


def _worst_cells(
    cells: list[tuple[str, str, str, int, int, int]],
    p_adjusted: tuple[float, ...],
    whole: _Counts,
    alpha: float,
    most: int,
) -> tuple[SliceCell, ...]:
    made = []
    for (column, level, name, i, n, hits), p in zip(cells, p_adjusted, strict=True):
        rest_n, rest_hits = int(whole.n[i]) - n, int(whole.hits[i]) - hits
        difference = _difference(hits, n, rest_hits, rest_n)
        made.append(
            SliceCell(
                column=column, level=level, class_name=name, n=n, recall=measured_share(hits, n),
                rest=measured_share(rest_hits, rest_n), difference=difference, p_adjusted=p,
                verdict=_verdict(difference, p, alpha),
            )
        )  # fmt: skip
    return tuple(sorted(made, key=_badness)[:most])


def _difference(k_in: int, n_in: int, k_out: int, n_out: int) -> Measure:
    if not n_in or not n_out:
        return Measure(value=None, n=n_in)
    low, high = difference_interval(k_in, n_in, k_out, n_out, level=_LEVEL)
    interval = Interval(low=low, high=high, level=_LEVEL, method="Newcombe")
    return Measure(value=k_in / n_in - k_out / n_out, n=n_in, interval=interval)


def _badness(found: Slice | SliceCell) -> tuple[int, float]:
    """Shown to be worse first; within a verdict, by the difference that the data still allow at best."""
    span = found.difference.interval
    return _ORDER[found.verdict], span.high if span is not None else 0.0
