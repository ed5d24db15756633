"""LightGBM's nested description of trees → flat arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.inference import ABSENT_LOGIT, TreeScorer

__all__ = ["scorer_from_dump"]


_Slot = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """Where a split begins, the empty sides (node, 0 or 1) of its two answers, and how many nodes deep it is."""

    at: int
    left: tuple[_Slot, ...]
    right: tuple[_Slot, ...]
    height: int


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

    def split(self, node: dict[str, Any]) -> _Split:
        if node["decision_type"] == "==":
            return self._category(int(node["split_feature"]), str(node["threshold"]))
        if node["decision_type"] != "<=":
            raise ValueError(f"cannot read splits of type {node['decision_type']!r}")
        threshold, missing, default_left = float(node["threshold"]), node["missing_type"], bool(node["default_left"])
        # Without a side learned for it, LightGBM reads NaN as zero.
        nan_left = threshold >= 0.0 if missing == "None" else default_left
        side = int(not default_left) if missing == "Zero" else -1
        at = self._add(int(node["split_feature"]), threshold, nan_left=nan_left, zero_side=side, value=0.0)
        return _Split(at=at, left=((at, 0),), right=((at, 1),), height=1)

    def _category(self, feature: int, codes: str) -> _Split:
        """Whether a code is in a set, asked by comparisons: a balanced search over the borders of the set's runs.

        What is in no run goes right, as LightGBM has it: other codes, negative ones and NaN, which passes every
        comparison to the right.
        """
        inside = np.sort(np.array(codes.split("||"), dtype=np.int64))
        first = inside[np.flatnonzero(np.diff(inside, prepend=inside[0] - 2) > 1)]
        last = inside[np.flatnonzero(np.diff(inside, append=inside[-1] + 2) > 1)]
        borders = np.stack([first - 0.5, last + 0.5], axis=1).ravel()
        slots: tuple[list[_Slot], list[_Slot]] = ([], [])
        root = len(self.feature)
        spans: list[tuple[int, int, _Slot | None, int]] = [(0, len(borders), None, 0)]
        deepest = 0
        while spans:
            low, high, slot, depth = spans.pop()
            deepest = max(deepest, depth)
            if low == high:  # between two borders: odd stretches lie inside a run
                assert slot is not None
                slots[0 if low % 2 else 1].append(slot)
                continue
            middle = (low + high) // 2
            at = self._add(feature, float(borders[middle]), nan_left=False, zero_side=-1, value=0.0)
            if slot is not None:
                self.children[slot[0]][slot[1]] = at
            spans += [(middle + 1, high, (at, 1), depth + 1), (low, middle, (at, 0), depth + 1)]
        return _Split(at=root, left=tuple(slots[0]), right=tuple(slots[1]), height=deepest)

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
        The booster's own description. A split by a set of categories becomes comparisons of codes, so those must be
        whole numbers.
    present : int array
        Label-space column of each of the booster's classes.
    n_classes, n_columns : int
        Classes of the label space; feature columns.

    Raises
    ------
    ValueError
        For splits of another kind.
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
    waiting: list[tuple[dict[str, Any], tuple[_Slot, ...], int]] = [(tree, (), 0)]
    while waiting:
        node, slots, depth = waiting.pop()
        if "split_feature" in node:
            split = nodes.split(node)
            at, below = split.at, depth + split.height
            waiting += [(node["right_child"], split.right, below), (node["left_child"], split.left, below)]
        else:
            at, deepest = nodes.leaf(float(node["leaf_value"])), max(deepest, depth)
        for parent, side in slots:
            nodes.children[parent][side] = at
    return root, deepest
