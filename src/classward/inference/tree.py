"""Gradient-boosted trees walked with NumPy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features

__all__ = ["TreeScorer"]

_CHUNK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeScorer:
    """The trees of an additive ensemble, their nodes in one run of arrays.

    All trees are walked at once, level by level, over chunks of rows. Arithmetic is the library's own: a feature
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

    def __post_init__(self) -> None:
        self._check()
        order = np.argsort(-self.depth, kind="stable")
        deepest = int(self.depth.max(initial=0))
        active = tuple(int(np.count_nonzero(self.depth > level)) for level in range(deepest))
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_active", active)
        object.__setattr__(self, "_has_zero", bool((self.zero_side >= 0).any()))

    def _check(self) -> None:
        n = len(self.feature)
        shapes = {a.shape for a in (self.feature, self.threshold, self.nan_left, self.zero_side, self.value)}
        if shapes != {(n,)} or self.children.shape != (n, 2) or self.root.shape != self.depth.shape:
            raise ValueError("arrays of tree nodes differ in length")
        if {self.root.ndim, self.present.ndim, self.intercept.ndim} != {1} or not np.isfinite(self.value).all():
            raise ValueError("arrays of trees have other dimensions or values than trees have")
        n_present = len(np.unique(self.present))
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
        step = max(1, _CHUNK_CELLS // len(self.root))
        n_present = len(self.present)
        for start in range(0, features.n, step):
            stop = min(start + step, features.n)
            leaves = self._leaf_values(features.rows(start, stop))
            out[start:stop, self.present] += leaves.reshape(stop - start, -1, n_present).sum(axis=1)
        return out

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
