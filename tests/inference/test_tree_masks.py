"""One row through masks is the same as the walk, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from classward.inference.features import Csr, Features
from classward.inference.tree import TreeScorer
from classward.inference.tree_masks import TreeMasks


def grown(rng: np.random.Generator, n_trees: int, n_leaves: int, *, has_zero: bool = False) -> TreeScorer:
    """Random trees: each split is of a leaf drawn at random; the first tree is one leaf."""
    feature, threshold, children, value, root, depth = [], [], [], [], [], []

    def leaf() -> int:
        feature.append(0)
        threshold.append(np.inf)
        value.append(rng.normal())
        children.append([len(children)] * 2)
        return len(children) - 1

    for t in range(n_trees):
        open_ = [(leaf(), 0)]
        root.append(open_[0][0])
        for _ in range(0 if t == 0 else n_leaves - 1):
            node, level = open_.pop(rng.integers(len(open_)))
            feature[node], threshold[node], value[node] = int(rng.integers(5)), float(rng.normal()), 0.0
            children[node] = [leaf(), leaf()]
            open_ += [(child, level + 1) for child in children[node]]
        depth.append(max(level for _, level in open_))
    n = len(feature)
    inner = np.array(children)[:, 0] != np.arange(n)
    zero = np.where(inner, rng.integers(-1, 2, n), -1) if has_zero else np.full(n, -1)
    return TreeScorer(
        feature=np.array(feature, np.int32), threshold=np.array(threshold), children=np.array(children, np.int32),
        nan_left=rng.random(n) < 0.5, zero_side=zero.astype(np.int8), value=np.array(value), root=np.array(root, np.int32),
        depth=np.array(depth, np.int32), present=np.array([0, 2], np.int32),
        intercept=np.array([0.0, -50.0, 0.5]), n_columns=5,
    )  # fmt: skip


def features(rows: np.ndarray) -> Features:
    return Features(n=len(rows), dense=rows.astype(np.float32), sparse=Csr.empty(len(rows)))


@pytest.mark.parametrize("n_leaves", [2, 3, 31, 63, 64])
@pytest.mark.parametrize("has_zero", [False, True])
def test_one_row_is_answered_as_many_are(n_leaves: int, has_zero: bool) -> None:
    rng = np.random.default_rng(n_leaves)
    trees = grown(rng, 6, n_leaves, has_zero=has_zero)
    assert trees._for_one() is not None
    rows = rng.normal(size=(200, 5))
    rows[rng.random(rows.shape) < 0.2] = np.nan
    rows[rng.random(rows.shape) < 0.2] = 0.0
    rows[0], rows[1] = np.inf, -np.inf
    together = trees.logits(features(rows))
    alone = np.concatenate([trees.logits(features(rows[i : i + 1])) for i in range(len(rows))])
    np.testing.assert_array_equal(alone, together)


def test_large_trees_are_walked() -> None:
    trees = grown(np.random.default_rng(0), 4, 65)
    assert trees._for_one() is None
    rows = np.random.default_rng(1).normal(size=(20, 5))
    np.testing.assert_array_equal(trees.logits(features(rows[:1])), trees.logits(features(rows))[:1])


def test_trees_that_share_nodes_are_walked() -> None:
    children = np.array([[1, 2], [1, 1], [2, 2]], np.int32)
    assert TreeMasks.of(children, np.array([0, 0], np.int32)) is None
    assert TreeMasks.of(children, np.array([0], np.int32)) is not None
