"""A forest by hand, and forests that point outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.inference import ABSENT_LOGIT, Csr, Features, ForestScorer

# Two trees over one column: x <= 0.5 → class 0, else x <= 2 → half 0, half 2, else class 2; and a tree of one leaf.
FOREST = ForestScorer(
    feature=np.array([0, 0], np.int32),
    threshold=np.array([0.5, 2.0], np.float32),
    children=np.array([[~0, 1], [~1, ~2]], np.int32),
    root=np.array([0, ~1], np.int32),
    starts=np.array([0, 1, 3, 4], np.int32),
    classes=np.array([0, 0, 2, 2], np.int32),
    shares=np.array([1.0, 0.5, 0.5, 1.0]),
    fill=np.array([1.0], np.float32),
    present=np.array([0, 2], np.int32),
    floor=0.1,
    n_classes=3,
)


def test_mean_shares_by_hand() -> None:
    dense = np.array([[0.5], [0.6], [2.5], [np.nan]], np.float32)
    logits = FOREST.logits(Features(n=4, dense=dense, sparse=Csr.empty(4)))
    want = 0.9 * np.array([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0.5, 0.5]]) + 0.05
    np.testing.assert_allclose(np.exp(logits[:, [0, 2]]), want)
    assert (logits[:, 1] == ABSENT_LOGIT).all()


@pytest.mark.parametrize(
    "change",
    [
        {"feature": np.array([0, 1], np.int32)},
        {"feature": np.array([0], np.int32)},
        {"threshold": np.zeros(3, np.float32)},
        {"children": np.array([[~0, 2], [~1, ~2]], np.int32)},
        {"children": np.array([[~0, 0], [~1, ~2]], np.int32)},
        {"children": np.array([[~0, 1], [0, ~2]], np.int32)},
        {"children": np.array([[~0, 1], [~3, ~2]], np.int32)},
        {"root": np.array([2], np.int32)},
        {"root": np.array([~3], np.int32)},
        {"root": np.zeros(0, np.int32)},
        {"starts": np.array([0, 1, 1, 4], np.int32)},
        {"starts": np.array([0, 1, 3, 5], np.int32)},
        {"starts": np.array([1, 2, 3, 4], np.int32)},
        {"classes": np.array([0, 0, 2, 1], np.int32)},
        {"classes": np.array([0, 0, 2], np.int32)},
        {"shares": np.array([1.0, 0.5, 0.5, np.nan])},
        {"fill": np.array([np.nan], np.float32)},
        {"present": np.array([0, 3], np.int32)},
        {"present": np.array([0, 0, 2], np.int32)},
        {"present": np.zeros(0, np.int32)},
        {"floor": 0.0},
        {"floor": float("nan")},
    ],
)
def test_forests_that_do_not_fit_together_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="tree"):
        replace(FOREST, **change)  # type: ignore[arg-type]
