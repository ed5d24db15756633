"""Paired counts become verdicts per class."""

from __future__ import annotations

from collections.abc import Sequence

from classward.domain import Comparison, Interval, Measure, PairedCounts
from classward.statistics import holm, mcnemar_p, paired_difference_interval

__all__ = ["judge_pairs"]


def judge_pairs(counts: Sequence[PairedCounts], *, alpha: float = 0.05) -> tuple[Comparison, ...]:
    """Judge every class (and the whole) by the exact McNemar test on the rows where only one version was right.

    The first entry is the whole and is tested on its own at ``alpha``; the classes share ``alpha`` by Holm. ``not enough
    evidence`` means that even if all differing rows had gone one way, the test could not have reached ``alpha``.

    Parameters
    ----------
    counts : sequence of PairedCounts
        ``"(all)"`` first, then one per class.
    alpha : float
        Chance of any false verdict among the classes, for one look.
    """
    if not counts:
        return ()
    p_values = [mcnemar_p(c.n_only_candidate, c.n_only_live) for c in counts]
    adjusted = (p_values[0], *holm(p_values[1:]))
    n_tests = (1, *((len(counts) - 1,) * (len(counts) - 1)))
    return tuple(
        Comparison(
            counts=c,
            difference=_difference(c),
            p_value=p_values[i],
            p_adjusted=adjusted[i],
            verdict=_verdict(c, adjusted[i], alpha, n_tests[i]),
        )
        for i, c in enumerate(counts)
    )


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


def _verdict(c: PairedCounts, p_adjusted: float, alpha: float, n_tests: int) -> str:
    if p_adjusted <= alpha:
        return "better" if c.n_only_candidate > c.n_only_live else "worse"
    n_differing = c.n_only_candidate + c.n_only_live
    if mcnemar_p(0, n_differing) * n_tests > alpha:
        return "not enough evidence"
    return "no difference shown"
