from __future__ import annotations

from dataclasses import replace

import pytest

from classward.domain import ClassCut, Costs, DecisionRule, LabelSpace, PairCost, PriorCorrection, SetRule
from classward.errors import UnknownClass, UsageError

SPACE = LabelSpace.of(["billing", "refund", "security", "other"])


def test_plain_rule_is_plain_and_any_part_makes_it_not() -> None:
    rule = DecisionRule.plain(SPACE)
    assert rule.is_plain
    assert replace(rule, sets=(SetRule(score="lac", alpha=0.1, thresholds=(0.5,) * 4),)).is_plain
    for part in (
        {"costs": Costs(power=1.0)},
        {"prior": PriorCorrection(exponent=0.5, prior=(0.25,) * 4)},
        {"claims": (ClassCut(class_index=2, at=0.2),)},
        {"floors": (ClassCut(class_index=2, at=0.2),)},
        {"abstain_costs": (0.2,)},
        {"abstain_below": 0.4},
    ):
        changed = replace(rule, **part)  # type: ignore[arg-type]
        assert not changed.is_plain
        assert changed.hash != rule.hash


def test_costs_by_name_and_their_exceptions() -> None:
    costs = Costs.named(SPACE, [("security", "other", 50.0), ("other", "other", 0.5)], off_diagonal=2.0)
    assert (costs.of(2, 3), costs.of(3, 2), costs.of(3, 3), costs.of(0, 0)) == (50.0, 2.0, 0.5, 0.0)
    with pytest.raises(UnknownClass, match="did you mean 'security'"):
        Costs.named(SPACE, [("secuirty", "other", 1.0)])


def test_costs_by_distance_need_ordered_classes() -> None:
    with pytest.raises(UsageError, match="CW264"):
        Costs.ordinal(SPACE)
    costs = Costs.ordinal(replace(SPACE, is_ordered=True), power=2.0)
    assert [costs.of(0, j) for j in range(4)] == [0.0, 1.0, 4.0, 9.0]


@pytest.mark.parametrize("cost", [-1.0, float("nan"), float("inf")])
def test_costs_are_finite_and_not_negative(cost: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Costs(pairs=(PairCost(true_index=0, predicted_index=1, cost=cost),))


def test_parts_that_do_not_fit_together_are_refused() -> None:
    rule = DecisionRule.plain(SPACE)
    prior = PriorCorrection(exponent=1.0, prior=(0.25,) * 4)
    cut = ClassCut(class_index=1, at=0.5)
    for part, text in (
        ({"prior": prior, "costs": Costs(power=1.0)}, "one of them"),
        ({"prior": PriorCorrection(exponent=1.0, prior=(0.5, 0.5))}, "2 class shares"),
        ({"claims": (cut,), "floors": (cut,)}, "two thresholds"),
        ({"claims": (ClassCut(class_index=4, at=0.5),)}, "outside"),
        ({"costs": Costs(pairs=(PairCost(true_index=0, predicted_index=9, cost=1.0),))}, "outside"),
        ({"abstain_costs": (0.1, 0.2)}, "2 costs of abstaining"),
        ({"sets": (SetRule(score="lac", alpha=0.1, thresholds=(0.5,)),)}, "for each of 4"),
    ):
        with pytest.raises(ValueError, match=text):
            replace(rule, **part)  # type: ignore[arg-type]


def test_a_thousand_classes_need_a_few_numbers() -> None:
    space = LabelSpace.of([f"c{i}" for i in range(1000)])
    rule = replace(DecisionRule.plain(space), costs=Costs.named(space, [("c7", "c9", 30.0)]))
    assert rule.costs.of(7, 9) == 30.0
    assert len(repr(rule)) < 1000
