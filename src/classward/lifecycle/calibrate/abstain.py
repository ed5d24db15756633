"""Leave a row to a person where that is cheaper, or where the rest keeps a promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import (
    AbstentionChoice,
    AbstentionValue,
    DecisionRule,
    Interval,
    Measure,
    RiskCoverage,
    RiskPoint,
)
from classward.inference import Proba, cost_matrix, decide
from classward.lifecycle.calibrate.rows import check_share, labelled, proving_rows
from classward.lifecycle.calibrate.tested import prove_share
from classward.statistics import mean_interval, measured_exact

__all__ = ["choose_abstention", "risk_coverage", "value_of_abstaining"]


def choose_abstention(
    proba: Proba,
    y_index: NDArray[np.int64],
    *,
    rule: DecisionRule,
    rows: NDArray[np.int64],
    fitted_rows: NDArray[np.int64],
    target: float,
    error_rate: float = 0.05,
) -> AbstentionChoice:
    """Find the lowest confidence below which rows get no answer, so that the answered ones are right often enough.

    Confidence is the probability of the answered class. Rows that claims answer are kept out: they are answered whatever
    their confidence.

    Parameters
    ----------
    proba : Proba
        Calibrated probabilities.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rule : DecisionRule
        The rest of the rule; its own ``abstain_below`` is ignored.
    rows, fitted_rows : int arrays
        Positions of the rows that prove, and of those that fitted calibrator or rule; they must not overlap.
    target, error_rate : float
        Share of answered rows that shall be right, and the chance that the promise does not hold.

    Returns
    -------
    choice : AbstentionChoice
        ``replace(rule, abstain_below=choice.abstain_below)`` puts it to work; nothing changes unless it is guaranteed.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    DataError
        CW266 if rows are used twice.
    UsageError
        CW262 for a target that is no share.

    References
    ----------
    Geifman, El-Yaniv (2017). Selective classification for deep neural networks. NeurIPS (guaranteed risk; here with a fixed
    grid and exact tails).
    """
    check_share(target, "the target accuracy")
    check_share(error_rate, "error_rate")
    y = labelled(proba, y_index, what="abstention")
    chosen = proving_rows(len(y), rows, fitted_rows)
    part = proba.take(chosen)
    y = labelled(part, y[chosen], what="abstention")
    done = decide(part, replace(rule, abstain_below=0.0))
    open_rows = np.flatnonzero(~done.is_abstained & ~done.is_claimed)
    answer = done.predicted[open_rows]
    tested = prove_share(part.matrix[open_rows, answer], answer == y[open_rows], target=target, error_rate=error_rate)
    text = (
        f"answering from {tested.at:g} on: {tested.k} of {tested.n} answers right, {tested.n / len(y):.1%} of rows answered"
        if tested.is_proved
        else f"no confidence for accuracy >= {target:g}: {tested.shortfall('answers')}"
    )
    return AbstentionChoice(
        state=tested.state,
        target=target,
        abstain_below=tested.at if tested.is_proved else 0.0,
        coverage=measured_exact(tested.n, len(y)),
        accuracy=measured_exact(tested.k, tested.n),
        n_needed=tested.n_needed,
        n=len(y),
        error_rate=error_rate,
        remark=text,
    )


def risk_coverage(proba: Proba, y_index: NDArray[np.int64], rule: DecisionRule, *, n_points: int = 21) -> RiskCoverage:
    """Trace accuracy against the share of rows answered, the most confident first, for a report.

    For looking, not for choosing: a threshold read off this curve has no guarantee.

    Returns
    -------
    curve : RiskCoverage
        At most ``n_points`` points; intervals are Clopper–Pearson's, each on its own.

    Raises
    ------
    TooFewLabels
        CW260 without rows.

    References
    ----------
    Geifman, Uziel, El-Yaniv (2019). Bias-reduced uncertainty estimation for deep neural classifiers. ICLR (AURC).
    """
    y = labelled(proba, y_index, what="a risk–coverage curve")
    answer = decide(proba, rule).predicted
    confidence = proba.matrix[np.arange(len(y)), answer]
    order = np.argsort(-confidence, kind="stable")
    wrong = (answer != y)[order].astype(np.float64)
    answered = np.arange(1, len(y) + 1)
    ends = np.unique(np.linspace(0, len(y) - 1, min(n_points, len(y))).round().astype(np.int64))
    at = np.unique(confidence[order[ends]])[::-1]
    points = []
    for threshold in at:
        is_in = confidence >= threshold
        n = int(is_in.sum())
        right = int((is_in & (answer == y)).sum())
        points.append(
            RiskPoint(threshold=float(threshold), coverage=measured_exact(n, len(y)), accuracy=measured_exact(right, n))
        )
    return RiskCoverage(
        points=tuple(points),
        aurc=float((wrong.cumsum() / answered).mean()),
        aurc_best=float((np.sort(wrong).cumsum() / answered).mean()),
        n=len(y),
    )


def value_of_abstaining(
    proba: Proba, y_index: NDArray[np.int64], rule: DecisionRule, *, cost_per_row: float
) -> AbstentionValue:
    """Compare what a rule costs per row with answering every row by the same rule.

    Parameters
    ----------
    proba : Proba
        Probabilities of rows that chose nothing.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rule : DecisionRule
        With costs and some abstention.
    cost_per_row : float
        What a row without an answer costs, in the unit of the costs: the time of a person, or a fallback.

    Returns
    -------
    value : AbstentionValue
        Observed on these labels, not expected from the probabilities.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    """
    y = labelled(proba, y_index, what="the value of abstaining")
    done = decide(proba, rule)
    answering = cost_matrix(rule.costs, len(proba.label_space))[y, done.predicted]
    abstaining = np.where(done.is_abstained, cost_per_row, answering)
    saving = _mean(answering - abstaining)
    low, high = (saving.interval.low, saving.interval.high) if saving.interval else (-np.inf, np.inf)
    state = "pays" if low > 0.0 else "does not pay" if high <= 0.0 else "not enough evidence"
    return AbstentionValue(
        cost_answering=_mean(answering),
        cost_abstaining=_mean(abstaining),
        saving=saving,
        n_abstained=int(done.is_abstained.sum()),
        n=len(y),
        state=state,
        remark=f"leaving {int(done.is_abstained.sum())} of {len(y)} rows to a person {state}: "
        f"{answering.mean():.4g} per row answering all, {abstaining.mean():.4g} so",
    )


def _mean(values: NDArray[np.float64]) -> Measure:
    ends = mean_interval(values)
    interval = Interval(low=ends[0], high=ends[1], level=0.95, method="Student's t, of the mean") if ends else None
    return Measure(value=float(values.mean()), n=len(values), interval=interval)
