"""Two versions on the same rows, with every difference tested as a pair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Comparison, Measure, MetricChange, PairedReport
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate.cuts import Cut
from classward.lifecycle.evaluate.paired_changes import flips_of, pair_changes, slice_changes
from classward.statistics import bootstrap_mean, calibration_report, log_losses

__all__ = ["Answers", "answered", "paired_report"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Columns answered and cost of each row, both of shape (n_samples,)."""

    predicted: NDArray[np.int64]
    costs: NDArray[np.float64]


def paired_report(
    live: Proba,
    candidate: Proba,
    y_index: NDArray[np.int64],
    comparisons: Sequence[Comparison],
    *,
    cost: NDArray[np.float64],
    names: tuple[str, str],
    rng: np.random.Generator,
    answers: tuple[Answers, Answers] | None = None,
    cost_of: str = "errors",
    cuts: Iterable[Cut] = (),
    metrics: Sequence[MetricChange] = (),
) -> PairedReport:
    """Say how much better or worse a candidate is, in accuracy, log loss and cost, and for which classes.

    Two separate figures with overlapping intervals may differ clearly when taken row by row. Rows must be new to both
    versions: what one was trained on speaks for it. It informs; releases are decided in ``lifecycle.release``.

    Parameters
    ----------
    live, candidate : Proba
        Probabilities of the same rows, in one label space.
    y_index : int array of shape (n_samples,)
        True columns.
    comparisons : sequence of Comparison
        Accuracy first (``"(all)"``), then recall of each class: the judged counts of ``compare_rows``.
    cost : float array of shape (n_classes, n_classes)
        Cost of a row by true and predicted class.
    names : (str, str)
        What live and candidate are called.
    rng : Generator
        For intervals by resampling of rows and for the calibration null.
    answers : pair of Answers, optional
        What each version answers by its own rule, with what that costs; by default the most probable class.
    cost_of : str
        What ``cost`` counts: ``declared costs`` or ``errors``.
    cuts : iterable of Cut
        Slices to compare (``cuts_of``).
    metrics : sequence of MetricChange
        Shown as they are.

    Returns
    -------
    report : PairedReport
        ``verdict`` is ``better``, ``worse``, ``mixed``, ``no difference shown`` or ``not enough evidence``. Accuracy, log
        loss and cost are each tested at 5 %, and the classes together at 5 %.

    Raises
    ------
    DataError
        CW222 if rows, labels, classes or comparisons do not fit together.
    """
    n = len(y_index)
    fits = (
        len(live) == len(candidate) == n
        and live.label_space.names == candidate.label_space.names
        and len(comparisons) == len(live.label_space) + 1
        and comparisons[0].counts.n == n
    )
    if not fits:
        raise DataError(
            "CW222", "two versions cannot be compared row by row",
            got=f"{len(live)} and {len(candidate)} rows with {n} labels, {len(comparisons)} comparisons",
            why="a paired test needs both answers for the same rows, in the same columns",
            fix="predict the same rows with both, in one label space, and judge the counts of compare_rows on them",
        )  # fmt: skip
    losses = log_losses(candidate.matrix, y_index) - log_losses(live.matrix, y_index)
    was, now = answers or (answered(live, y_index, cost), answered(candidate, y_index, cost))
    costs = now.costs - was.costs
    space = candidate.label_space
    log_loss, mean_cost = bootstrap_mean(losses, rng=rng), bootstrap_mean(costs, rng=rng)
    whole, classes = comparisons[0], tuple(comparisons[1:])
    differing = whole.counts.n_only_candidate + whole.counts.n_only_live
    spread = float(losses.std(ddof=1)) if n > 1 else 0.0
    return PairedReport(
        live_name=names[0], candidate_name=names[1], n=n, accuracy=whole, log_loss=log_loss, cost=mean_cost,
        classes=classes, cohens_g=whole.counts.n_only_candidate / differing - 0.5 if differing else None,
        log_loss_effect=float(losses.mean()) / spread if spread > 0 and math.isfinite(spread) else None,
        verdict=_verdict(whole, classes, (log_loss, mean_cost)), cost_of=cost_of, metrics=tuple(metrics),
        pairs=pair_changes(was.predicted, now.predicted, y_index, space.names, cost=cost),
        flips=flips_of(was.predicted, now.predicted, y_index, space.names),
        slices=slice_changes(was.predicted == y_index, now.predicted == y_index, cuts),
        calibration_live=_calibration(live, y_index, rng), calibration_candidate=_calibration(candidate, y_index, rng),
    )  # fmt: skip


def answered(
    proba: Proba,
    y_index: NDArray[np.int64],
    cost: NDArray[np.float64],
    *,
    predicted: NDArray[np.int64] | None = None,
    is_abstained: NDArray[np.bool_] | None = None,
    abstain_cost: float = 0.0,
) -> Answers:
    """What a version answers, and what each row costs: the most probable class unless a rule said otherwise.

    Parameters
    ----------
    predicted, is_abstained : arrays of shape (n_samples,), optional
        The rule's answers, and the rows it leaves to a person, which cost ``abstain_cost``.
    """
    said = proba.predicted if predicted is None else predicted
    costs = cost[y_index, said].astype(np.float64)
    if is_abstained is not None:
        costs = np.where(is_abstained, abstain_cost, costs)
    return Answers(said, costs)


def _calibration(proba: Proba, y_index: NDArray[np.int64], rng: np.random.Generator) -> tuple[float, float, str] | None:
    if not len(y_index):
        return None
    found = calibration_report(proba.matrix.max(axis=1), proba.predicted == y_index, rng=rng)
    return found.ece, found.ece_null_p95, found.verdict


def _verdict(whole: Comparison, classes: Sequence[Comparison], losses: Sequence[Measure]) -> str:
    said = {c.verdict for c in (whole, *classes)} & {"better", "worse"}
    for measure in losses:
        if measure.interval is not None and measure.interval.low < measure.interval.high:
            said |= {"better"} if measure.interval.high < 0 else {"worse"} if measure.interval.low > 0 else set()
    if len(said) > 1:
        return "mixed"
    if said:
        return said.pop()
    return "not enough evidence" if whole.verdict == "not enough evidence" else "no difference shown"
