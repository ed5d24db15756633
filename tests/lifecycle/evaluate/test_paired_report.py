"""Two versions are compared as pairs: differences are found, and not invented."""

from __future__ import annotations

import numpy as np
import pytest
from ticket_answers import NAMES, answers, costs_of

from classward.domain import Comparison, PairedCounts, PairedReport
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate import compare_rows, paired_report
from classward.statistics import holm, log_losses, mcnemar_p, measured_share


def judged(counts: tuple[PairedCounts, ...]) -> list[Comparison]:
    """What the release stage makes of the counts, in short."""
    whole, *rest = [mcnemar_p(c.n_only_candidate, c.n_only_live) for c in counts]
    adjusted = (whole, *holm(rest))
    return [
        Comparison(
            counts=c, difference=measured_share(c.n_both, c.n), p_value=p, p_adjusted=a,
            verdict="no difference shown" if a > 0.05 else "better" if c.n_only_candidate > c.n_only_live else "worse",
        )
        for c, p, a in zip(counts, (whole, *rest), adjusted, strict=True)
    ]  # fmt: skip


def compared(live: Proba, candidate: Proba, y: np.ndarray, seed: int = 0) -> PairedReport:
    return paired_report(
        live, candidate, y, judged(compare_rows(live, candidate, y)),
        cost=costs_of(live.label_space, ("security", "billing", 30.0)), names=("v3", "v4"),
        rng=np.random.default_rng(seed),
    )  # fmt: skip


def blurred(proba: Proba, share: float, rows: np.ndarray | None = None) -> Proba:
    matrix = proba.matrix.copy()
    rows = np.ones(len(matrix), dtype=bool) if rows is None else rows
    matrix[rows] = (1 - share) * matrix[rows] + share * np.roll(matrix[rows], 1, axis=1)
    return Proba(matrix, proba.label_space)


def test_figures_are_means_of_the_rows_differences() -> None:
    proba, y = answers(1500)
    worse = blurred(proba, 0.6)
    found = compared(proba, worse, y)
    expected = log_losses(worse.matrix, y) - log_losses(proba.matrix, y)
    assert found.log_loss.value == pytest.approx(expected.mean())
    assert found.log_loss_effect == pytest.approx(expected.mean() / expected.std(ddof=1))
    cost = costs_of(proba.label_space, ("security", "billing", 30.0))
    assert found.cost.value == pytest.approx((cost[y, worse.predicted] - cost[y, proba.predicted]).mean())
    n = found.accuracy.counts
    assert found.cohens_g == pytest.approx(n.n_only_candidate / (n.n_only_candidate + n.n_only_live) - 0.5)
    assert found.verdict == "worse"
    assert compared(worse, proba, y).verdict == "better"


def test_pairing_sees_what_two_separate_intervals_hide() -> None:
    proba, y = answers(1500)
    found = compared(proba, blurred(proba, 0.1), y)
    assert found.log_loss.interval is not None
    assert found.log_loss.interval.low > 0
    width = found.log_loss.interval.high - found.log_loss.interval.low
    losses = log_losses(proba.matrix, y)
    assert width < 0.3 * 2 * 1.96 * losses.std() / np.sqrt(1500)


def test_one_class_worse_and_the_rest_better_is_mixed() -> None:
    proba, y = answers(3000)
    shipping = y == NAMES.index("shipping")
    assert compared(blurred(proba, 0.6, ~shipping), blurred(proba, 0.6, shipping), y).verdict == "mixed"


def test_equal_versions_do_not_differ() -> None:
    proba, y = answers(400)
    found = compared(proba, proba, y)
    assert found.verdict == "no difference shown"
    assert found.cohens_g is None
    assert found.log_loss_effect is None
    assert found.cost.value == 0.0


def test_what_does_not_belong_together_is_refused() -> None:
    proba, y = answers(60)
    comparisons = judged(compare_rows(proba, proba, y))
    cost, rng = costs_of(proba.label_space), np.random.default_rng(0)
    for few in (comparisons[:-1], judged(compare_rows(answers(50)[0], answers(50)[0], answers(50)[1]))):
        with pytest.raises(DataError, match="CW222"):
            paired_report(proba, proba, y, few, cost=cost, names=("a", "b"), rng=rng)
    with pytest.raises(DataError, match="CW222"):
        paired_report(proba, answers(59)[0], y, comparisons, cost=cost, names=("a", "b"), rng=rng)
