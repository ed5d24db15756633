"""Each class in production: figures of the window, verdicts from all evidence."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from classward.domain import ABSTAINED, SLO, LabelSpace
from classward.lifecycle.monitor import class_states, production_calibration, unknown_share
from classward.statistics import wilson

SPACE = LabelSpace.of(["billing", "refund", "security"])
SCHEMA = {
    "version": pl.Int64,
    "label": pl.String,
    "truth": pl.String,
    "probability": pl.Float64,
    "delay_s": pl.Float64,
    "weight": pl.Float64,
}


def outcomes(*rows: tuple[str, str | None, int] | tuple[str, str | None, int, float]) -> pl.DataFrame:
    """(answer, truth, how often, weight)."""
    made: list[tuple[object, ...]] = []
    for answer, truth, n, *weight in rows:
        came = (None, None) if truth is None else (60.0, weight[0] if weight else 1.0)
        made += [(1, answer, truth, 0.8, came[0] and came[0] * (i + 1), came[1]) for i in range(n)]
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


WINDOW = outcomes(
    ("billing", "billing", 45), ("billing", "refund", 5), ("refund", "refund", 15), ("refund", "billing", 5),
    ("billing", None, 30), ("security", None, 4),
)  # fmt: skip


def test_figures_of_the_window() -> None:
    billing, refund, security = class_states(WINDOW, WINDOW, SPACE, [])
    assert (billing.n_predicted, billing.n_labelled) == (80, 50)
    assert (billing.recall.value, billing.recall.n) == (0.9, 50)
    assert (billing.precision.value, billing.precision.n) == (0.9, 50)
    assert billing.recall.interval is not None
    assert (billing.recall.interval.low, billing.recall.interval.high) == wilson(45, 50)
    assert (refund.recall.value, refund.precision.value) == (0.75, 0.75)
    assert (security.n_predicted, security.n_labelled, security.recall.value, security.precision.n) == (4, 0, None, 0)
    assert billing.lag_p50_s == 60.0 * 21
    assert security.lag_p50_s is None


def test_promises_are_judged_on_the_evidence_not_on_the_window() -> None:
    slos = [
        SLO(indicator="recall", class_name="refund", target=0.8),
        SLO(indicator="precision", class_name="billing", target=0.8),
        SLO(indicator="recall", class_name="security", target=0.8),
        SLO(indicator="latency_p95_ms", class_name=None, target=200.0),
    ]
    evidence = outcomes(("refund", "refund", 190), ("billing", "refund", 10), ("billing", "billing", 10))
    billing, refund, security = class_states(WINDOW, evidence, SPACE, slos, alpha=0.03)
    assert [(s.state, s.evidence.n, s.error_rate) for s in refund.slos] == [("met", 200, pytest.approx(0.01))]
    assert [(s.indicator, s.state, s.evidence.n) for s in billing.slos] == [("precision", "not enough evidence", 20)]
    assert [(s.state, s.evidence.value) for s in security.slos] == [("not enough evidence", None)]
    assert refund.recall.value == 0.75


def test_truth_outside_the_label_space_is_a_miss_for_precision() -> None:
    billing = class_states(outcomes(("billing", "billing", 8), ("billing", "closed class", 2)), WINDOW, SPACE, [])[0]
    assert (billing.precision.value, billing.precision.n) == (0.8, 10)
    assert billing.recall.n == 8


def test_answer_outside_the_label_space_is_a_miss_for_recall() -> None:
    billing = class_states(outcomes(("billing", "billing", 8), ("old class", "billing", 2)), WINDOW, SPACE, [])[0]
    assert (billing.recall.value, billing.recall.n) == (0.8, 10)


def test_unequal_weights_enter_figures_and_withhold_verdicts() -> None:
    slos = [SLO(indicator="recall", class_name="billing", target=0.5)]
    sampled = outcomes(("billing", "billing", 100, 1.0), ("refund", "billing", 20, 10.0))
    billing = class_states(sampled, sampled, SPACE, slos)[0]
    assert billing.recall.value == pytest.approx(1 / 3)
    assert (billing.recall.basis, billing.recall.n) == ("sampled", 120)
    assert [(s.state, s.n_more, s.evidence.basis) for s in billing.slos] == [("not enough evidence", None, "sampled")]
    equal = outcomes(("billing", "billing", 100, 5.0))
    assert class_states(equal, equal, SPACE, slos)[0].slos[0].state == "met"


def test_nothing_answered_yet() -> None:
    slos = [SLO(indicator="recall", class_name="billing", target=0.8)]
    states = class_states(outcomes(), outcomes(), SPACE, slos)
    assert [s.class_name for s in states] == list(SPACE.names)
    assert all(s.n_predicted == 0 and s.recall.value is None for s in states)
    assert states[0].slos[0].state == "not enough evidence"


def test_frames_without_weights_count_every_row_once() -> None:
    plain = WINDOW.drop("weight")
    assert class_states(plain, plain, SPACE, []) == class_states(WINDOW, WINDOW, SPACE, [])


def test_production_calibration() -> None:
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.4, 1.0, 4000)
    right = rng.random(4000) < probability
    frame = pl.DataFrame({
        "label": ["billing"] * 4000, "probability": probability,
        "truth": [None if i % 4 == 0 else ("billing" if r else "refund") for i, r in enumerate(right)],
    })  # fmt: skip
    made = production_calibration(frame, rng=np.random.default_rng(1))
    assert made is not None
    assert (made.n, made.verdict, made.ece_classwise) == (3000, "calibrated", None)
    shuffled = production_calibration(frame.sample(fraction=1.0, shuffle=True, seed=3), rng=np.random.default_rng(1))
    assert shuffled == made
    sharper = frame.with_columns((pl.col("probability") + 0.15).clip(upper_bound=1.0))
    found = production_calibration(sharper, rng=np.random.default_rng(1))
    assert found is not None
    assert found.verdict == "miscalibrated"


def test_no_labels_have_no_calibration() -> None:
    assert production_calibration(outcomes(("billing", None, 3)), rng=np.random.default_rng(0)) is None


def test_confident_errors_of_each_class() -> None:
    unsure = outcomes(("refund", "billing", 30))
    sure = outcomes(
        ("refund", "refund", 15), ("refund", "billing", 5), ("refund", None, 9), (ABSTAINED, "refund", 3)
    ).with_columns(probability=pl.lit(0.9))  # fmt: skip
    window = pl.concat([unsure, sure])
    billing, refund, _ = class_states(window, window, SPACE, [])
    assert (refund.confident_errors.value, refund.confident_errors.n) == (0.25, 20)
    assert refund.confident_errors.interval is not None
    assert (refund.confident_errors.interval.low, refund.confident_errors.interval.high) == wilson(5, 20)
    assert (billing.confident_errors.value, billing.confident_errors.n) == (None, 0)
    assert class_states(window.drop("probability"), window, SPACE, [])[1].confident_errors.n == 0


def test_the_share_of_answers_that_name_no_class() -> None:
    found = unknown_share(outcomes(("refund", None, 30), (ABSTAINED, "refund", 3), (ABSTAINED, None, 7)))
    assert (found.value, found.n) == (0.25, 40)
    assert found.interval is not None
    assert unknown_share(outcomes()).value is None
