"""LightGBM's nested description of trees → flat arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.inference import ABSENT_LOGIT, TreeScorer

__all__ = ["scorer_from_dump"]


@dataclass(slots=True)
class _Nodes:
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    children: list[list[int]] = field(default_factory=list)
    nan_left: list[bool] = field(default_factory=list)
    zero_side: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def leaf(self, value: float) -> int:
        return self._add(0, np.inf, nan_left=True, zero_side=-1, value=value)

    def split(self, node: dict[str, Any]) -> int:
        if node["decision_type"] != "<=":
            raise ValueError(f"cannot read splits of type {node['decision_type']!r}")
        threshold, missing, default_left = float(node["threshold"]), node["missing_type"], bool(node["default_left"])
        # Without a side learned for it, LightGBM reads NaN as zero.
        nan_left = threshold >= 0.0 if missing == "None" else default_left
        side = int(not default_left) if missing == "Zero" else -1
        return self._add(int(node["split_feature"]), threshold, nan_left=nan_left, zero_side=side, value=0.0)

    def _add(self, feature: int, threshold: float, *, nan_left: bool, zero_side: int, value: float) -> int:
        at = len(self.feature)
        self.feature.append(feature)
        self.threshold.append(threshold)
        self.children.append([at, at])
        self.nan_left.append(nan_left)
        self.zero_side.append(zero_side)
        self.value.append(value)
        return at


def scorer_from_dump(dump: dict[str, Any], *, present: NDArray[np.int64], n_classes: int, n_columns: int) -> TreeScorer:
    """Turn ``Booster.dump_model()`` into a scorer.

    Parameters
    ----------
    dump : dict
        The booster's own description; numerical splits only.
    present : int array
        Label-space column of each of the booster's classes.
    n_classes, n_columns : int
        Classes of the label space; feature columns.

    Raises
    ------
    ValueError
        For categorical splits.
    """
    nodes = _Nodes()
    roots, depths = zip(*(_walk(tree["tree_structure"], nodes) for tree in dump["tree_info"]), strict=True)
    intercept = np.full(n_classes, ABSENT_LOGIT)
    intercept[present] = 0.0
    return TreeScorer(
        feature=np.array(nodes.feature, dtype=np.int32),
        threshold=np.array(nodes.threshold, dtype=np.float64),
        children=np.array(nodes.children, dtype=np.int32),
        nan_left=np.array(nodes.nan_left, dtype=np.bool_),
        zero_side=np.array(nodes.zero_side, dtype=np.int8),
        value=np.array(nodes.value, dtype=np.float64),
        root=np.array(roots, dtype=np.int32),
        depth=np.array(depths, dtype=np.int32),
        present=present.astype(np.int32),
        intercept=intercept,
        n_columns=n_columns,
    )


def _walk(tree: dict[str, Any], nodes: _Nodes) -> tuple[int, int]:
    """Add the nodes of one tree; give its root and longest path."""
    root, deepest = len(nodes.feature), 0
    waiting: list[tuple[dict[str, Any], int, int, int]] = [(tree, -1, 0, 0)]
    while waiting:
        node, parent, side, depth = waiting.pop()
        is_leaf = "split_feature" not in node
        at = nodes.leaf(float(node["leaf_value"])) if is_leaf else nodes.split(node)
        if parent >= 0:
            nodes.children[parent][side] = at
        if is_leaf:
            deepest = max(deepest, depth)
        else:
            waiting += [(node["right_child"], at, 1, depth + 1), (node["left_child"], at, 0, depth + 1)]
    return root, deepest
