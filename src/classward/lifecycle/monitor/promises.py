"""A promise held against labels: met, breached, or not enough evidence."""

from __future__ import annotations

from classward.domain import SLO, Interval, Measure, SloState
from classward.statistics import labels_needed, rate_sequence

__all__ = ["slo_state", "unjudged"]

_UNDECIDED = "not enough evidence"


def slo_state(slo: SLO, *, n: int, n_correct: int, alpha: float) -> SloState:
    """Judge a rate promise so that one may look after every label.

    ``met`` if a confidence sequence lies at or above the target, ``breached`` if it lies below, otherwise ``not enough
    evidence``; never a verdict on fewer than ``slo.min_labels``. The chance that a verdict is ever wrong, over all looks
    at one version, is at most ``alpha``, if its rate stays the same and labels are not chosen by whether it was right. A
    rate that falls after long success is seen late, since every label since deployment counts.

    Parameters
    ----------
    n, n_correct : int
        Labels that count for this promise since the version went live, and how many went well.
    alpha : float
        Chance of a wrong verdict on this promise, over all looks.

    Returns
    -------
    state : SloState
        ``n_more`` is about how many more labels a verdict needs at the present rate; ``None`` with a verdict, without any
        label, or when more than a million would not decide.

    References
    ----------
    See :func:`classward.statistics.rate_sequence`.
    """
    if n == 0:
        return unjudged(slo, Measure(value=None, n=0), alpha=alpha)
    low, high = rate_sequence(n_correct, n, alpha=alpha)
    interval = Interval(low=low, high=high, level=1 - alpha, method="beta-binomial confidence sequence")
    evidence = Measure(value=n_correct / n, n=n, interval=interval)
    if n >= slo.min_labels and low >= slo.target:
        return _state(slo, "met", evidence, alpha)
    if n >= slo.min_labels and high < slo.target:
        return _state(slo, "breached", evidence, alpha)
    more = labels_needed(n_correct, n, slo.target, alpha=alpha)
    return _state(slo, _UNDECIDED, evidence, alpha, None if more is None else max(more, slo.min_labels - n))


def unjudged(slo: SLO, evidence: Measure, *, alpha: float) -> SloState:
    """Withhold a verdict, since there is no label or since labels do not count alike (``evidence.basis``)."""
    return _state(slo, _UNDECIDED, evidence, alpha)


def _state(slo: SLO, state: str, evidence: Measure, alpha: float, n_more: int | None = None) -> SloState:
    return SloState(
        indicator=slo.indicator, class_name=slo.class_name, target=slo.target, state=state, evidence=evidence,
        error_rate=alpha, n_more=n_more,
    )  # fmt: skip
