"""Arrays of many trees, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.brought.taught import Taught
from classward.inference import ABSENT_LOGIT, TreeScorer

__all__ = ["NodeArrays"]


@dataclass(slots=True)
class NodeArrays:
    """Collects trees that are given as arrays of nodes, the root first."""

    _parts: dict[str, list[NDArray[Any]]] = field(default_factory=dict)
    _root: list[int] = field(default_factory=list)
    _depth: list[int] = field(default_factory=list)
    _n: int = 0

    def add(
        self,
        *,
        left: NDArray[np.int64],
        right: NDArray[np.int64],
        is_leaf: NDArray[np.bool_],
        feature: NDArray[Any],
        threshold: NDArray[np.float64],
        nan_left: NDArray[np.bool_],
        value: NDArray[np.float64],
    ) -> None:
        """Take over one tree; what leaves say of features and children is not read."""
        itself = np.arange(len(left))
        children = np.stack([np.where(is_leaf, itself, left), np.where(is_leaf, itself, right)], axis=1)
        self._root.append(self._n)
        self._depth.append(_depth(children))
        for name, part in (
            ("feature", np.where(is_leaf, 0, feature).astype(np.int32)),
            ("threshold", np.where(is_leaf, np.inf, threshold)),
            ("children", (children + self._n).astype(np.int32)),
            ("nan_left", is_leaf | nan_left),
            ("value", np.where(is_leaf, value, 0.0)),
        ):
            self._parts.setdefault(name, []).append(part)
        self._n += len(left)

    def scorer(self, classes: NDArray[np.int64], taught: Taught) -> TreeScorer:
        """Put all trees together; they belong to ``classes`` in turn, and every row starts from 0."""
        intercept = np.full(taught.n_classes, ABSENT_LOGIT)
        intercept[taught.present] = 0.0
        joined = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        return TreeScorer(
            **joined,
            zero_side=np.full(self._n, -1, dtype=np.int8),
            root=np.array(self._root, dtype=np.int32),
            depth=np.array(self._depth, dtype=np.int32),
            present=classes.astype(np.int32),
            intercept=intercept,
            n_columns=taught.rows.shape[1],
        )


def _depth(children: NDArray[np.int64]) -> int:
    """Edges on the longest path down from the root."""
    at, depth = np.zeros(1, dtype=np.int64), 0
    while True:
        inner = at[children[at, 0] != at]
        if not len(inner):
            return depth
        at, depth = children[inner].ravel(), depth + 1
