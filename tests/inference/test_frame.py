"""Binary questions over the same features become one distribution."""

from __future__ import annotations

import numpy as np
import pytest

from classward.inference import ABSENT_LOGIT, Csr, Features, FrameScorer, LinearScorer, OrderScaling, RestScaling


def question(weight: float, bias: float) -> LinearScorer:
    return LinearScorer(
        mean=np.zeros(1), scale=np.ones(1), weights=np.array([[0.0, weight]], dtype=np.float32),
        intercept=np.array([0.0, bias]),
    )  # fmt: skip


def features(values: list[float]) -> Features:
    dense = np.array(values, dtype=np.float32)[:, None]
    nothing = Csr(
        indptr=np.zeros(len(values) + 1, dtype=np.int64), indices=np.zeros(0, dtype=np.int32),
        data=np.zeros(0, dtype=np.float32), n_columns=0,
    )  # fmt: skip
    return Features(n=len(values), dense=dense, sparse=nothing)


def test_each_question_has_its_column_and_the_rest_are_absent() -> None:
    frame = FrameScorer(questions=(question(1.0, 0.0), question(-2.0, 1.0)), columns=np.array([2, 0]), n_classes=3)
    np.testing.assert_allclose(frame.logits(features([3.0])), [[-5.0, ABSENT_LOGIT, 3.0]])


@pytest.mark.parametrize("columns", [np.array([0]), np.array([0, 3])])
def test_questions_without_a_column_are_refused(columns: np.ndarray) -> None:
    with pytest.raises(ValueError, match="question"):
        FrameScorer(questions=(question(1.0, 0.0), question(1.0, 0.0)), columns=columns, n_classes=3)


def test_rest_scaling_divides_by_the_sum() -> None:
    scaling = RestScaling(slope=np.array([2.0, 1.0, 1.0]), bias=np.array([0.0, 0.0, -1.0]))
    logits = np.array([[1.0, -1.0, 0.0]])
    yes = 1.0 / (1.0 + np.exp(-np.array([[2.0, -1.0, -1.0]])))
    np.testing.assert_allclose(scaling.yes(logits), yes)
    np.testing.assert_allclose(scaling.apply(logits), yes / yes.sum())
    np.testing.assert_allclose(scaling.rescale(logits), np.log(scaling.apply(logits)))


def test_order_scaling_gives_the_differences_and_mends_contradictions() -> None:
    scaling = OrderScaling(slope=np.ones(4), bias=np.zeros(4))
    above = np.array([[0.9, 0.6, 0.2, 0.5], [0.4, 0.8, 0.1, 0.5]])
    odds = np.log(above / (1 - above))
    np.testing.assert_allclose(scaling.apply(odds)[0], [0.1, 0.3, 0.4, 0.2], atol=1e-9)
    np.testing.assert_allclose(scaling.apply(odds)[1], [0.6, 0.0, 0.3, 0.1], atol=1e-8)


def test_order_scaling_gives_nothing_to_classes_below_and_above_those_seen() -> None:
    """Classes 0 and 4 had no row: the questions asked are 'above 1' and 'above 2'."""
    logits = np.array([[ABSENT_LOGIT, 0.0, -1.0, ABSENT_LOGIT, 0.0]])
    proba = OrderScaling(slope=np.ones(5), bias=np.zeros(5)).apply(logits)
    assert proba[0, 0] < 1e-8
    assert proba[0, 4] < 1e-8
    np.testing.assert_allclose(proba[0, 1:4], [0.5, 0.5 - 0.26894, 0.26894], atol=1e-4)


@pytest.mark.parametrize("kind", [RestScaling, OrderScaling])
def test_scalings_that_turn_answers_round_are_refused(kind: type) -> None:
    with pytest.raises(ValueError, match="slope"):
        kind(slope=np.array([1.0, -1.0]), bias=np.zeros(2))
