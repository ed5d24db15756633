"""Decisions on held-out rows: per class, with costs, what was left open, distance and levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.domain import ClassCut, ClassDef, Costs, DecisionRule, LabelSpace
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate import answer_report

SPACE = LabelSpace.of(["a", "b", "c", "d"])
ORDERED = replace(SPACE, is_ordered=True)


def rows(space: LabelSpace) -> tuple[Proba, np.ndarray]:
    """Eight rows: answers 0 0 1 1 2 2 3 3 by the most probable class; truths 0 1 1 1 2 0 3 1."""
    answers = [0, 0, 1, 1, 2, 2, 3, 3]
    matrix = np.full((8, 4), 0.1)
    matrix[np.arange(8), answers] = 0.7
    return Proba(matrix, space), np.array([0, 1, 1, 1, 2, 0, 3, 1])


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_classes_are_counted_as_answered_and_costs_follow_the_matrix() -> None:
    proba, y = rows(SPACE)
    rule = replace(DecisionRule.plain(SPACE), costs=Costs.named(SPACE, [("b", "a", 1.5), ("b", "d", 2.0)]))
    found = answer_report(proba, y, rule, rng=rng())
    a, b, c, d = found.classes
    assert (a.false_positive_cost.value, a.false_negative_cost.value) == (1.5, 1.0)
    assert (b.false_positive_cost.value, b.false_negative_cost.value) == (0.0, 3.5)
    assert d.false_positive_cost.value == 2.0
    assert b.false_positive_cost.interval is not None
    assert b.false_positive_cost.interval.high > 0.0  # no mistake seen is not none to come
    assert (b.n, b.n_answered, b.recall.value) == (4, 2, 0.5)
    assert found.mean_cost.value == pytest.approx(4.5 / 8)
    assert c.precision.value == 0.5


def test_rows_left_open_are_counted_with_their_candidates_and_never_as_an_answer() -> None:
    proba, y = rows(SPACE)
    rule = replace(DecisionRule.plain(SPACE), floors=(ClassCut(class_index=3, at=0.9),), abstain_costs=(0.35,))
    found = answer_report(proba, y, rule, rng=rng())
    assert found.answered.value == 0.75
    assert (found.candidates.n, found.n_candidates) == (2, 3)
    assert found.candidates.value == 1.0  # d itself, and b among the next two
    assert found.classes[3].n_answered == 0
    assert found.classes[1].n_unknown == 1
    assert found.mean_cost.value == pytest.approx((2 * 1.0 + 2 * 0.35) / 8)
    assert dict(found.paths)["abstain:threshold:d"] == 2


def test_without_a_price_for_leaving_rows_open_both_costs_are_of_answered_rows() -> None:
    proba, y = rows(SPACE)
    rule = replace(DecisionRule.plain(SPACE), floors=(ClassCut(class_index=3, at=0.9),))
    found = answer_report(proba, y, rule, rng=rng())
    assert found.mean_cost.n == found.argmax_cost.n == 6
    assert found.mean_cost.value == found.argmax_cost.value == pytest.approx(2.0 / 6)


def test_ordered_classes_say_how_far_off_answers_are() -> None:
    proba, y = rows(ORDERED)
    rule = replace(DecisionRule.plain(ORDERED), costs=Costs.ordinal(ORDERED))
    found = answer_report(proba, y, rule, rng=rng())
    assert found.order is not None
    predicted = Costs.ordinal(ORDERED)
    assert predicted.power == 1.0
    assert sum(m.value or 0.0 for _, m in found.order.off_by) == pytest.approx(1.0)
    assert found.order.rank_error.value == found.mean_cost.value
    assert answer_report(*rows(SPACE), DecisionRule.plain(SPACE), rng=rng()).order is None


def test_a_flattened_hierarchy_says_what_it_loses_per_level() -> None:
    """Two classes of one parent share its mass: the most probable class lies under the other parent."""
    space = LabelSpace(
        classes=tuple(ClassDef(id=n, name=n, parent=p) for n, p in (("x1", "x"), ("x2", "x"), ("y1", "y")))
    )
    proba = Proba(np.tile([0.3, 0.3, 0.4], (40, 1)), space)
    parents, classes = answer_report(proba, np.zeros(40, dtype=np.int64), DecisionRule.plain(space), rng=rng()).levels
    assert (parents.accuracy.value, parents.accuracy_by_sums.value, parents.lost_by_flattening.value) == (0.0, 1.0, 1.0)
    assert parents.crossing.value == 1.0
    assert parents.log_loss.value == pytest.approx(-np.log(0.6))
    assert (classes.accuracy.value, classes.accuracy_by_sums.value) == (0.0, 1.0)


def test_rows_and_labels_must_fit() -> None:
    proba, y = rows(SPACE)
    with pytest.raises(DataError, match="CW222"):
        answer_report(proba, y[:3], DecisionRule.plain(SPACE), rng=rng())
