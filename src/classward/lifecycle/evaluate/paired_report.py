"""Two versions on the same rows, with every difference tested as a pair."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import Comparison, Measure, PairedReport
from classward.errors import DataError
from classward.inference import Proba
from classward.statistics import bootstrap_mean, log_losses

__all__ = ["paired_report"]


def paired_report(
    live: Proba,
    candidate: Proba,
    y_index: NDArray[np.int64],
    comparisons: Sequence[Comparison],
    *,
    cost: NDArray[np.float64],
    names: tuple[str, str],
    rng: np.random.Generator,
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
        For intervals by resampling of rows.

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
    costs = cost[y_index, candidate.predicted] - cost[y_index, live.predicted]
    log_loss, mean_cost = bootstrap_mean(losses, rng=rng), bootstrap_mean(costs, rng=rng)
    whole, classes = comparisons[0], tuple(comparisons[1:])
    differing = whole.counts.n_only_candidate + whole.counts.n_only_live
    spread = float(losses.std(ddof=1)) if n > 1 else 0.0
    return PairedReport(
        live_name=names[0], candidate_name=names[1], n=n, accuracy=whole, log_loss=log_loss, cost=mean_cost,
        classes=classes, cohens_g=whole.counts.n_only_candidate / differing - 0.5 if differing else None,
        log_loss_effect=float(losses.mean()) / spread if spread > 0 and math.isfinite(spread) else None,
        verdict=_verdict(whole, classes, (log_loss, mean_cost)),
    )  # fmt: skip


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
