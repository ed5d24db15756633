from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import ClassCut, Costs, DecisionRule, LabelSpace, PairCost, PriorCorrection, SetRule
from classward.errors import DataError, UsageError
from classward.inference import Decider, Proba, cost_matrix, decide, prediction_sets

SPACE = LabelSpace.of(["billing", "refund", "security"])
PLAIN = DecisionRule.plain(SPACE)


def proba(*rows: tuple[float, ...], space: LabelSpace = SPACE) -> Proba:
    return Proba(np.array(rows), space)


def drawn(seed: int, n: int, space: LabelSpace) -> Proba:
    return Proba(np.random.default_rng(seed).dirichlet(np.full(len(space), 0.5), size=n), space)


def wide(n_classes: int) -> LabelSpace:
    return LabelSpace.of([f"c{i}" for i in range(n_classes)])


def costs_drawn(seed: int, n_classes: int, n_pairs: int) -> Costs:
    rng = np.random.default_rng(seed)
    cells = rng.choice(n_classes * n_classes, size=n_pairs, replace=False)
    return Costs(
        off_diagonal=float(rng.uniform(0, 3)),
        pairs=tuple(
            PairCost(true_index=int(c) // n_classes, predicted_index=int(c) % n_classes, cost=float(rng.uniform(0, 20)))
            for c in cells
        ),
    )


@given(st.integers(0, 10_000), st.integers(3, 9))
def test_plain_rule_is_argmax(seed: int, n_classes: int) -> None:
    space = wide(n_classes)
    p = drawn(seed, 20, space)
    done = decide(p, DecisionRule.plain(space))
    assert (done.predicted == p.predicted).all()
    assert not done.is_abstained.any()
    assert set(done.paths) == {"argmax"}


@given(st.integers(0, 10_000), st.sampled_from([3, 8, 300]), st.integers(0, 9))
def test_no_answer_ever_has_a_higher_expected_cost_than_another(seed: int, n_classes: int, n_pairs: int) -> None:
    space, costs = wide(n_classes), costs_drawn(seed, n_classes, n_pairs)
    p = drawn(seed, 12, space)
    done = decide(p, replace(DecisionRule.plain(space), costs=costs))
    expected = p.matrix @ cost_matrix(costs, n_classes)
    assert (expected[np.arange(12), done.predicted] <= expected.min(axis=1) + 1e-9).all()


@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_abstaining_by_cost_is_never_dearer_than_answering(seed: int, reject: float) -> None:
    space, costs = wide(5), costs_drawn(seed, 5, 6)
    p = drawn(seed, 30, space)
    done = decide(p, replace(DecisionRule.plain(space), costs=costs, abstain_costs=(reject,)))
    cheapest = (p.matrix @ cost_matrix(costs, 5)).min(axis=1)
    assert (done.is_abstained == (reject < cheapest))[np.abs(cheapest - reject) > 1e-9].all()


def test_a_dear_mistake_turns_the_answer() -> None:
    rule = replace(PLAIN, costs=Costs.named(SPACE, [("security", "billing", 20.0)]))
    done = decide(proba((0.8, 0.1, 0.1), (0.97, 0.02, 0.01)), rule)
    assert done.predicted.tolist() == [1, 0]
    assert done.paths == ("cost", "cost")


def test_prior_correction_prefers_the_rare_class_and_leaves_probabilities_alone() -> None:
    rule = replace(PLAIN, prior=PriorCorrection(exponent=1.0, prior=(0.9, 0.09, 0.01)))
    p = proba((0.9, 0.05, 0.05), (0.99, 0.005, 0.005))
    done = decide(p, rule)
    assert done.predicted.tolist() == [2, 0]
    assert done.paths == ("prior", "prior")
    assert p.matrix[0].tolist() == [0.9, 0.05, 0.05]


def test_claims_go_first_come_first_served_and_beat_abstention() -> None:
    claims = (ClassCut(class_index=2, at=0.2), ClassCut(class_index=1, at=0.1))
    rule = replace(PLAIN, claims=claims, abstain_below=0.99)
    done = decide(proba((0.5, 0.25, 0.25), (0.7, 0.2, 0.1), (0.9, 0.05, 0.05)), rule)
    assert done.paths == ("threshold:security", "threshold:refund", "abstain:confidence")
    assert done.predicted.tolist() == [2, 1, 0]
    assert done.is_abstained.tolist() == [False, False, True]


def test_a_floor_turns_weak_answers_of_its_class_into_no_answer() -> None:
    rule = replace(PLAIN, floors=(ClassCut(class_index=1, at=0.7),))
    done = decide(proba((0.3, 0.6, 0.1), (0.2, 0.7, 0.1), (0.6, 0.3, 0.1)), rule)
    assert done.paths == ("abstain:threshold:refund", "argmax", "argmax")
    assert done.is_abstained.tolist() == [True, False, False]


def test_abstaining_may_cost_more_for_some_classes() -> None:
    rule = replace(PLAIN, abstain_costs=(0.1, 0.1, 5.0))
    done = decide(proba((0.5, 0.5, 0.0), (0.5, 0.3, 0.2), (0.95, 0.05, 0.0)), rule)
    assert done.is_abstained.tolist() == [True, False, False]
    assert done.paths == ("abstain:cost", "argmax", "argmax")


def test_ordered_classes_take_the_middle() -> None:
    space = replace(wide(5), is_ordered=True)
    p = proba((0.35, 0.05, 0.25, 0.05, 0.30), space=space)
    rule = DecisionRule.plain(space)
    assert decide(p, rule).predicted.tolist() == [0]
    assert decide(p, replace(rule, costs=Costs.ordinal(space, power=1.0))).predicted.tolist() == [2]


def test_sets_hold_what_the_threshold_of_each_class_lets_in_and_never_nothing() -> None:
    rule = replace(PLAIN, sets=(SetRule(score="lac", alpha=0.1, thresholds=(0.5, 0.5, 0.9)),))
    inside = prediction_sets(proba((0.6, 0.3, 0.1), (0.4, 0.35, 0.25), (0.45, 0.5, 0.05)), rule)
    assert inside.tolist() == [[True, False, True], [True, False, True], [False, True, False]]


def test_raps_sets_stop_at_a_rank_that_costs_too_much() -> None:
    space = wide(6)
    p = proba((0.3, 0.2, 0.2, 0.1, 0.1, 0.1), space=space)
    one = SetRule(score="raps", alpha=0.1, thresholds=(0.95,) * 6)
    many = prediction_sets(p, replace(DecisionRule.plain(space), sets=(one,)))
    few = prediction_sets(p, replace(DecisionRule.plain(space), sets=(replace(one, penalty=0.2, free_ranks=2),)))
    assert many.sum() == 5
    assert few[0].tolist() == [True, True, True, False, False, False] or few.sum() == 2


def test_sets_that_were_never_chosen_are_refused() -> None:
    with pytest.raises(UsageError, match="CW265"):
        prediction_sets(proba((1.0, 0.0, 0.0)), PLAIN)
    rule = replace(PLAIN, sets=(SetRule(score="lac", alpha=0.1, thresholds=(0.5,) * 3),))
    with pytest.raises(UsageError, match=r"alpha 0\.05"):
        prediction_sets(proba((1.0, 0.0, 0.0)), rule, alpha=0.05)


def test_a_rule_of_other_classes_is_refused() -> None:
    other = LabelSpace.of(["billing", "security", "refund"])
    with pytest.raises(DataError, match="CW261"):
        decide(proba((1.0, 0.0, 0.0), space=other), PLAIN)
    with pytest.raises(DataError, match="CW261"):
        Decider(PLAIN, SPACE).decide(proba((1.0, 0.0, 0.0), space=other))


def test_no_rows_give_no_answers() -> None:
    rule = replace(PLAIN, claims=(ClassCut(class_index=2, at=0.2),), abstain_costs=(0.2,), abstain_below=0.5)
    done = decide(Proba(np.empty((0, 3)), SPACE), rule)
    assert (len(done), done.paths) == (0, ())


def test_sparse_and_dense_costs_agree() -> None:
    space, costs = wide(300), costs_drawn(4, 300, 40)
    p = drawn(5, 50, space)
    done = decide(p, replace(DecisionRule.plain(space), costs=costs))
    assert (done.predicted == (p.matrix @ cost_matrix(costs, 300)).argmin(axis=1)).all()
