"""A kernel machine by hand, and machines that do not fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.inference import ABSENT_LOGIT, Csr, Features, KernelScorer, pairs_to_scores

# One vector per class at 0, 1 and 3; classes 0, 1 and 3 of a label space of four.
KERNEL = KernelScorer(
    vectors=np.array([[0.0], [1.0], [3.0]], np.float32),
    weights=np.array([[1.0, 2.0], [-1.0, 4.0], [-2.0, -4.0]]),
    counts=np.array([1, 1, 1], np.int32),
    intercept=np.array([0.1, 0.2, 0.3]),
    gamma=0.5,
    present=np.array([0, 1, 3], np.int32),
    n_classes=4,
)


def test_margins_by_hand() -> None:
    near = np.exp(-0.5 * np.array([4.0, 1.0, 1.0]))  # a row at 2
    margins = KERNEL.margins(np.array([[2.0]]))[0]
    want = [near[0] - near[1] + 0.1, 2 * near[0] - 2 * near[2] + 0.2, 4 * near[1] - 4 * near[2] + 0.3]
    np.testing.assert_allclose(margins[[0, 0, 1], [1, 2, 2]], want)
    np.testing.assert_allclose(margins + margins.T, 0.0)


def test_scores_are_mean_log_probabilities_of_winning() -> None:
    scores = pairs_to_scores(np.array([[[0.0, 1.0], [-1.0, 0.0]]]))
    np.testing.assert_allclose(scores, [[-np.log1p(np.exp(-3.0)), -np.log1p(np.exp(3.0))]])


def test_absent_classes_and_missing_values() -> None:
    logits = KERNEL.logits(Features(n=2, dense=np.array([[0.0], [np.nan]], np.float32), sparse=Csr.empty(2)))
    np.testing.assert_array_equal(logits[0], logits[1])
    assert logits[0].argmax() == 0
    assert logits[0, 2] == ABSENT_LOGIT


@pytest.mark.parametrize(
    "change",
    [
        {"vectors": np.zeros((2, 1), np.float32)},
        {"vectors": np.zeros(3, np.float32)},
        {"vectors": np.full((3, 1), np.nan, np.float32)},
        {"weights": np.zeros((3, 3))},
        {"counts": np.array([1, 1], np.int32)},
        {"counts": np.array([1, 1, 2], np.int32)},
        {"counts": np.array([3, 1, -1], np.int32)},
        {"intercept": np.zeros(2)},
        {"gamma": 0.0},
        {"gamma": float("nan")},
        {"present": np.array([0, 1, 4], np.int32)},
        {"present": np.array([0, 1, 1], np.int32)},
    ],
)
def test_machines_that_do_not_fit_together_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"kernel|vectors"):
        replace(KERNEL, **change)  # type: ignore[arg-type]
