"""Gradient-boosted trees walked with NumPy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.tree_masks import TreeMasks

__all__ = ["TreeScorer"]

_CHUNK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeScorer:
    """The trees of an additive ensemble, their nodes in one run of arrays.

    All trees are walked at once, level by level, over chunks of rows; a single row is answered without a walk if trees are
    small (:class:`TreeMasks`). Arithmetic is the library's own: a feature
    value goes left if it is not above the node's exact double threshold; NaN goes to the side learned for it.

    Parameters
    ----------
    feature : int32 array of shape (n_nodes,)
        Feature column compared; 0 at leaves.
    threshold : float64 array of shape (n_nodes,)
        Highest value that goes left; infinite at leaves.
    children : int32 array of shape (n_nodes, 2)
        Left and right child; a leaf names itself.
    nan_left : bool array of shape (n_nodes,)
        Whether NaN goes left.
    zero_side : int8 array of shape (n_nodes,)
        Where zero goes if zero means missing (0 left, 1 right), or -1 if zero is a number like any other.
    value : float64 array of shape (n_nodes,)
        What a leaf adds to its class; 0 at inner nodes.
    root, depth : int32 array of shape (n_trees,)
        First node of each tree and its longest path. Tree ``t`` belongs to class ``t % n_classes`` of ``present``.
    present : int32 array
        Classes that have trees, as columns of the label space.
    intercept : float64 array of shape (n_classes,)
        Added to every row: very low for classes without trees.
    n_columns : int
        Feature columns expected, dense ones first.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    children: NDArray[np.int32]
    nan_left: NDArray[np.bool_]
    zero_side: NDArray[np.int8]
    value: NDArray[np.float64]
    root: NDArray[np.int32]
    depth: NDArray[np.int32]
    present: NDArray[np.int32]
    intercept: NDArray[np.float64]
    n_columns: int
    _order: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _active: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _has_zero: bool = field(init=False, repr=False, compare=False)
    _single: list[_Single | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        order = np.argsort(-self.depth, kind="stable")
        deepest = int(self.depth.max(initial=0))
        active = tuple(int(np.count_nonzero(self.depth > level)) for level in range(deepest))
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_active", active)
        object.__setattr__(self, "_has_zero", bool((self.zero_side >= 0).any()))
        object.__setattr__(self, "_single", [])

    def _check(self) -> None:
        n = len(self.feature)
        shapes = {a.shape for a in (self.feature, self.threshold, self.nan_left, self.zero_side, self.value)}
        if shapes != {(n,)} or self.children.shape != (n, 2) or self.root.shape != self.depth.shape:
            raise ValueError("arrays of tree nodes differ in length")
        if {self.root.ndim, self.present.ndim, self.intercept.ndim} != {1} or not np.isfinite(self.value).all():
            raise ValueError("arrays of trees have other dimensions or values than trees have")
        n_present = len(set(self.present.tolist()))  # np.unique loads numpy.ma: a tenth of a cold start
        if n_present < len(self.present) or not len(self.root) or len(self.root) % max(n_present, 1):
            raise ValueError("every class needs the same number of trees")
        for name, array, limit in (
            ("feature", self.feature, max(self.n_columns, 1)),
            ("children", self.children, n),
            ("root", self.root, n),
            ("present", self.present, len(self.intercept)),
            ("depth", self.depth, n),
        ):
            if len(array) and (array.min() < 0 or array.max() >= limit):
                raise ValueError(f"tree array '{name}' points outside")

    @property
    def n_classes(self) -> int:
        """Classes scored."""
        return len(self.intercept)

    @property
    def n_rounds(self) -> int:
        """Boosting rounds: each made one tree per class that has trees."""
        return len(self.root) // len(self.present)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes). Memory stays bounded whatever the number of rows."""
        out = np.empty((features.n, self.n_classes))
        out[:] = self.intercept
        if features.n == 1 and (single := self._for_one()) is not None:
            leaves = single.leaf_values(features.rows(0, 1)[0])
            out[:, self.present] += leaves.reshape(1, -1, len(self.present)).sum(axis=1)
            return out
        step = max(1, _CHUNK_CELLS // len(self.root))
        n_present = len(self.present)
        for start in range(0, features.n, step):
            stop = min(start + step, features.n)
            leaves = self._leaf_values(features.rows(start, stop))
            out[start:stop, self.present] += leaves.reshape(stop - start, -1, n_present).sum(axis=1)
        return out

    def _for_one(self) -> _Single | None:
        """What answers a single row, made when the first one comes: training asks for many rows at once."""
        if not self._single:
            self._single.append(_Single.of(self))
        return self._single[0]

    def _leaf_values(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        n, width = rows.shape
        flat = rows.ravel()
        has_nan = bool(np.isnan(flat).any())
        children = self.children.reshape(-1)
        node = np.repeat(self.root[self._order][:, None], n, axis=1)
        offset = np.arange(n, dtype=np.int32) * np.int32(width)
        for n_active in self._active:
            at = node[:n_active]
            x = flat.take(self.feature.take(at) + offset)
            right = x > self.threshold.take(at)
            if has_nan:
                right |= np.isnan(x) & ~self.nan_left.take(at)
            if self._has_zero:
                side = self.zero_side.take(at)
                right = np.where((np.abs(x) <= 1e-35) & (side >= 0), side == 1, right)
            node[:n_active] = children.take((at << 1) + right)
        values = np.empty((n, len(self.root)))
        values[:, self._order] = self.value.take(node).T
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class _Single:
    """The inner nodes of all trees in the order of their masks, for one row."""

    masks: TreeMasks
    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    nan_right: NDArray[np.bool_]
    zero_side: NDArray[np.int8] | None
    value: NDArray[np.float64]

    @classmethod
    def of(cls, trees: TreeScorer) -> _Single | None:
        masks = TreeMasks.of(trees.children, trees.root)
        if masks is None:
            return None
        return cls(
            masks=masks, feature=trees.feature[masks.node].astype(np.int64), threshold=_down(trees.threshold[masks.node]),
            nan_right=~trees.nan_left[masks.node],
            zero_side=trees.zero_side[masks.node] if (trees.zero_side >= 0).any() else None, value=trees.value,
        )  # fmt: skip

    def leaf_values(self, row: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each tree adds."""
        x = row.take(self.feature)
        right = x > self.threshold
        if np.isnan(row).any():
            right |= np.isnan(x) & self.nan_right
        if self.zero_side is not None:
            right = np.where((np.abs(x) <= 1e-35) & (self.zero_side >= 0), self.zero_side == 1, right)
        return self.value.take(self.masks.leaves(right))


def _down(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """The next float32 that is not above: no float32 feature changes sides."""
    with np.errstate(over="ignore"):
        out = threshold.astype(np.float32)
    is_above = out > threshold
    out[is_above] = np.nextafter(out[is_above], np.float32(-np.inf))
    return out
