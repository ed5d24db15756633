"""A promise held against labels: met, breached, or not enough evidence."""

from __future__ import annotations

from classward.domain import SLO, Interval, Measure, SloState
from classward.statistics import labels_needed, rate_sequence

__all__ = ["slo_state"]


def slo_state(slo: SLO, *, n: int, n_correct: int, alpha: float) -> SloState:
    """Judge a rate promise so that one may look after every label.

    ``met`` if a confidence sequence lies at or above the target, ``breached`` if it lies below, otherwise ``not enough
    evidence``; never a verdict on fewer than ``slo.min_labels``. The chance that a verdict is ever wrong, over all looks
    at one version, is at most ``alpha``, if its rate stays the same and labels are not chosen by whether it was right.

    Parameters
    ----------
    n, n_correct : int
        Labels that count for this promise since the version went live, and how many went well.
    """
    if n == 0:
        evidence = Measure(value=None, n=0)
        return SloState(
            indicator=slo.indicator, class_name=slo.class_name, target=slo.target, state="not enough evidence",
            evidence=evidence, error_rate=alpha, n_more=None,
        )  # fmt: skip
    low, high = rate_sequence(n_correct, n, alpha=alpha)
    state = "met" if low >= slo.target else "breached" if high < slo.target else "not enough evidence"
    n_more = None
    if n < slo.min_labels:
        state, n_more = "not enough evidence", slo.min_labels - n
    if state == "not enough evidence":
        needed = labels_needed(n_correct, n, slo.target, alpha=alpha)
        n_more = needed if n_more is None else max(n_more, needed or 0)
    interval = Interval(low=low, high=high, level=1 - alpha, method="beta-binomial confidence sequence")
    return SloState(
        indicator=slo.indicator, class_name=slo.class_name, target=slo.target, state=state, error_rate=alpha,
        evidence=Measure(value=n_correct / n, n=n, interval=interval), n_more=n_more,
    )  # fmt: skip
