"""Where two versions differ on the same rows: confusions, flips and slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from classward.domain import Flip, Interval, Measure, PairChange, SliceChange
from classward.lifecycle.evaluate.cuts import Cut
from classward.statistics import confusion_counts, holm, mcnemar_p, paired_difference_interval

__all__ = ["flips_of", "pair_changes", "paired_share", "slice_changes"]

_LEVEL = 0.95


def pair_changes(
    live: NDArray[np.int64],
    candidate: NDArray[np.int64],
    y_index: NDArray[np.int64],
    names: tuple[str, ...],
    *,
    cost: NDArray[np.float64],
    most: int = 12,
) -> tuple[PairChange, ...]:
    """Rank confusions of either version by what their change costs or saves, then by their rows.

    Parameters
    ----------
    live, candidate, y_index : int arrays of shape (n_samples,)
        Answers and true classes, as columns.
    cost : float array of shape (n_classes, n_classes)
        Cost of a row by true and predicted class.
    """
    n_classes = len(names)
    before, after = (confusion_counts(y_index, answers, n_classes) for answers in (live, candidate))
    support = np.bincount(y_index, minlength=n_classes)
    off = (before + after) * (1 - np.eye(n_classes, dtype=np.int64))
    cells = sorted(
        np.flatnonzero(off).tolist(),
        key=lambda c: (-abs(int(after.flat[c]) - int(before.flat[c])) * float(cost.flat[c]), -int(off.flat[c]), c),
    )
    made = []
    for cell in cells[:most]:
        i, j = divmod(int(cell), n_classes)
        rows = y_index == i
        old, new = live[rows] == j, candidate[rows] == j
        difference = paired_share(old, new)
        made.append(
            PairChange(
                true_class=names[i], predicted_class=names[j], n_live=int(before[i, j]), n_candidate=int(after[i, j]),
                difference=Measure(value=difference.value, n=int(support[i]), interval=difference.interval),
                cost=float(cost[i, j]),
            )
        )  # fmt: skip
    return tuple(made)


def flips_of(
    live: NDArray[np.int64],
    candidate: NDArray[np.int64],
    y_index: NDArray[np.int64],
    names: tuple[str, ...],
    *,
    most: int = 15,
) -> tuple[Flip, ...]:
    """Count rows that the versions answer differently, by true class and both answers; most rows first."""
    differs = live != candidate
    counted = Counter(zip(y_index[differs].tolist(), live[differs].tolist(), candidate[differs].tolist(), strict=True))
    ranked = sorted(counted.items(), key=lambda found: (-found[1], found[0]))[:most]
    return tuple(
        Flip(true_class=names[t], live_answer=names[a], candidate_answer=names[b], n=n) for (t, a, b), n in ranked
    )


def slice_changes(
    was_right: NDArray[np.bool_],
    is_right: NDArray[np.bool_],
    cuts: Iterable[Cut],
    *,
    min_rows: int = 20,
    alpha: float = 0.05,
) -> tuple[SliceChange, ...]:
    """Compare accuracy on every slice; those shown to be worse come first.

    Parameters
    ----------
    was_right, is_right : bool arrays of shape (n_samples,)
        Whether the live version and the candidate were right.
    cuts : iterable of Cut
        Which rows form slices.
    """
    found: list[tuple[Cut, Measure, float | None]] = []
    for cut in cuts:
        old, new = was_right[cut.rows], is_right[cut.rows]
        n_more, n_less = int((new & ~old).sum()), int((old & ~new).sum())
        p = mcnemar_p(n_more, n_less) if len(old) >= min_rows else None
        found.append((cut, paired_share(old, new), p))
    corrected = iter(holm([p for _, _, p in found if p is not None]))
    made = []
    for cut, difference, p in found:
        adjusted = None if p is None else next(corrected)
        verdict = "too few rows" if adjusted is None else "no difference shown"
        if adjusted is not None and adjusted <= alpha:
            verdict = "better" if (difference.value or 0.0) > 0 else "worse"
        made.append(
            SliceChange(
                column=cut.column, level=cut.level, n=difference.n, difference=difference, p_adjusted=adjusted,
                verdict=verdict,
            )
        )  # fmt: skip
    order = ("worse", "better", "no difference shown", "too few rows")
    return tuple(sorted(made, key=lambda s: (order.index(s.verdict), s.difference.value or 0.0)))


def paired_share(old: NDArray[np.bool_], new: NDArray[np.bool_]) -> Measure:
    """Difference of two shares of the same rows, new minus old, with Newcombe's paired interval."""
    n = len(old)
    if not n:
        return Measure(value=None, n=0)
    both, more, less = int((old & new).sum()), int((new & ~old).sum()), int((old & ~new).sum())
    low, high = paired_difference_interval(both, more, less, n - both - more - less, level=_LEVEL)
    interval = Interval(low=low, high=high, level=_LEVEL, method="Newcombe, paired")
    return Measure(value=(more - less) / n, n=n, interval=interval)
