"""Paired counts become verdicts per class."""

from __future__ import annotations

from collections.abc import Sequence

from classward.domain import Comparison, Interval, Measure, PairedCounts
from classward.statistics import holm, mcnemar_p, paired_difference_interval

__all__ = ["judge_pairs"]


def judge_pairs(counts: Sequence[PairedCounts], *, alpha: float = 0.05) -> tuple[Comparison, ...]:
    """Judge every class (and the whole) by the exact McNemar test on the rows where only one version was right.

    For one look at rows that neither version has seen; a second look at more rows needs a new error budget. The first
    entry, the whole, is tested on its own at ``alpha``; the classes share another ``alpha`` by Holm. A verdict of ``no
    difference shown`` is no proof of equality: read the interval. Intervals of the differences are for each class alone,
    so one may exclude 0 where the corrected test shows nothing.

    Parameters
    ----------
    counts : sequence of PairedCounts
        ``"(all)"`` first, then one per class.
    alpha : float, default=0.05
        Chance of any false ``better`` or ``worse`` among the classes, and again for the whole.

    Returns
    -------
    comparisons : tuple of Comparison
        In the order given. The verdict is ``better`` or ``worse`` (the candidate, at the adjusted p-value); ``not enough
        evidence`` if the test could not have reached ``alpha`` even if all differing rows of this class had gone one way,
        the other classes being as they are; else ``no difference shown``.

    References
    ----------
    McNemar (1947), Psychometrika 12; Holm (1979), Scandinavian Journal of Statistics 6; Newcombe (1998), Statistics in
    Medicine 17 (intervals).
    """
    if not counts:
        return ()
    whole, *classes = [mcnemar_p(c.n_only_candidate, c.n_only_live) for c in counts]
    adjusted = (whole, *holm(classes))
    best = (_least_p(counts[0]), *(_best_adjusted(classes, i, _least_p(c)) for i, c in enumerate(counts[1:])))
    return tuple(
        Comparison(
            counts=c,
            difference=_difference(c),
            p_value=(whole, *classes)[i],
            p_adjusted=adjusted[i],
            verdict=_verdict(c, adjusted[i], best[i], alpha),
        )
        for i, c in enumerate(counts)
    )


def _least_p(c: PairedCounts) -> float:
    return mcnemar_p(0, c.n_only_candidate + c.n_only_live)


def _best_adjusted(p_values: Sequence[float], i: int, least: float) -> float:
    """What Holm would have made of class ``i`` with the least p-value that its differing rows allow."""
    return holm([*p_values[:i], least, *p_values[i + 1 :]])[i]


def _difference(c: PairedCounts) -> Measure:
    if c.n == 0:
        return Measure(value=None, n=0)
    neither = c.n - c.n_both - c.n_only_candidate - c.n_only_live
    low, high = paired_difference_interval(c.n_both, c.n_only_candidate, c.n_only_live, neither)
    return Measure(
        value=(c.n_only_candidate - c.n_only_live) / c.n,
        n=c.n,
        interval=Interval(low=low, high=high, level=0.95, method="Newcombe, paired"),
    )


def _verdict(c: PairedCounts, p_adjusted: float, best_adjusted: float, alpha: float) -> str:
    if p_adjusted <= alpha:
        return "better" if c.n_only_candidate > c.n_only_live else "worse"
    return "not enough evidence" if best_adjusted > alpha else "no difference shown"
