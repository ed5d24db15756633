from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from decision_draws import NONE, SPACE, draw

from classward.domain import AbstentionChoice, ClassCut, Costs, DecisionRule
from classward.errors import DataError, TooFewLabels, UsageError
from classward.inference import Proba, decide
from classward.lifecycle.calibrate import choose_abstention, risk_coverage, value_of_abstaining

RULE = DecisionRule.plain(SPACE)


def choose(seed: int, n: int, rule: DecisionRule = RULE, target: float = 0.85) -> AbstentionChoice:
    p, y = draw(seed, n, sharper=1.5)
    return choose_abstention(p, y, rule=rule, rows=np.arange(n), fitted_rows=NONE, target=target, error_rate=0.1)


def test_answered_rows_keep_the_target_as_often_as_stated() -> None:
    p, y = draw(5, 40_000, sharper=1.5)
    kept, answers = [], decide(p, RULE).predicted
    for done in (choose(seed, 500) for seed in range(100)):
        if done.state == "guaranteed":
            answered = p.matrix.max(axis=1) >= done.abstain_below
            kept.append((answers == y)[answered].mean() >= 0.85)
        else:
            assert done.abstain_below == 0.0
    assert len(kept) > 60
    assert np.mean(kept) >= 0.9 - 0.04


def test_more_rows_answer_more_rows() -> None:
    few, many = choose(1, 500), choose(1, 20_000)
    assert many.state == "guaranteed"
    assert many.coverage.value > few.coverage.value  # type: ignore[operator]


def test_too_few_rows_choose_nothing_and_say_how_many_would() -> None:
    done = choose(1, 30, target=0.95)
    assert (done.state, done.abstain_below) == ("not enough evidence", 0.0)
    assert "no confidence" in done.remark
    assert done.n == 30


def test_a_target_nobody_reaches_is_not_guaranteed() -> None:
    rng = np.random.default_rng(0)
    p = Proba(rng.dirichlet(np.ones(4), size=3000), SPACE)
    done = choose_abstention(p, rng.integers(0, 4, 3000), rule=RULE, rows=np.arange(3000), fitted_rows=NONE, target=0.9)
    assert done.abstain_below == 0.0
    assert done.n_needed is None


def test_claimed_rows_do_not_count() -> None:
    rule = replace(RULE, claims=(ClassCut(class_index=3, at=0.0),))
    done = choose(0, 300, rule)
    assert done.accuracy.n == 0
    assert done.state == "not enough evidence"


def test_curve_falls_from_sure_to_all_rows() -> None:
    p, y = draw(2, 3000)
    curve = risk_coverage(p, y, RULE)
    assert [point.coverage.value for point in curve.points] == sorted(point.coverage.value for point in curve.points)  # type: ignore[type-var]
    assert curve.points[-1].coverage.value == 1.0
    assert curve.points[-1].accuracy.value == pytest.approx((p.predicted == y).mean())
    assert curve.points[2].accuracy.value > curve.points[-1].accuracy.value + 0.1  # type: ignore[operator]
    assert curve.aurc_best < curve.aurc < (p.predicted != y).mean()


def test_ties_of_confidence_stand_or_fall_together() -> None:
    p = Proba(np.tile([0.7, 0.1, 0.1, 0.1], (50, 1)), SPACE)
    curve = risk_coverage(p, np.arange(50) % 2, RULE)
    assert [(point.coverage.value, point.accuracy.value) for point in curve.points] == [(1.0, 0.5)]


def test_abstaining_pays_where_mistakes_are_dear_and_a_person_is_cheap() -> None:
    p, y = draw(3, 3000)
    costs = Costs.named(SPACE, [("security", "billing", 50.0)], off_diagonal=1.0)
    rule = replace(RULE, costs=costs, abstain_costs=(0.2,))
    done = value_of_abstaining(p, y, rule, cost_per_row=0.2)
    assert done.state == "pays"
    assert done.cost_abstaining.value < done.cost_answering.value  # type: ignore[operator]
    assert 0 < done.n_abstained < 3000
    dear = value_of_abstaining(p, y, rule, cost_per_row=30.0)
    assert dear.state == "does not pay"
    assert value_of_abstaining(Proba(p.matrix[:2], SPACE), y[:2], rule, cost_per_row=0.2).state == "not enough evidence"


def test_refusals() -> None:
    with pytest.raises(UsageError, match="CW262"):
        choose(0, 50, target=1.0)
    p, y = draw(0, 20)
    with pytest.raises(DataError, match="CW266"):
        choose_abstention(p, y, rule=RULE, rows=np.arange(20), fitted_rows=np.arange(3), target=0.9)
    with pytest.raises(TooFewLabels, match="CW260"):
        risk_coverage(Proba(np.empty((0, 4)), SPACE), NONE, RULE)
