"""A forest of randomised trees walked with NumPy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT

__all__ = ["ForestScorer"]

_CHUNK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestScorer:
    """Trees that each answer with the shares of classes in a leaf; the forest answers with the mean.

    Only inner nodes are stored. Leaves of a grown forest are small, so few different mixtures of classes occur: each
    is stored once, and a tree points at it. All trees are walked at once, level by level; those that have arrived are
    dropped. Features and thresholds are float32: rounding a threshold down to float32 moves no float32 feature.

    Parameters
    ----------
    feature : int32 array of shape (n_nodes,)
        Feature column compared.
    threshold : float32 array of shape (n_nodes,)
        Highest value that goes left.
    children : int32 array of shape (n_nodes, 2)
        Left and right: an inner node of higher number, or ``~m`` for mixture ``m``.
    root : int32 array of shape (n_trees,)
        Where each tree begins, in the same terms.
    starts : int32 array of shape (n_mixtures + 1,)
        Mixture ``m`` is ``classes`` and ``shares`` from ``starts[m]`` to ``starts[m + 1]``.
    classes, shares : int32 and float64 array
        Columns of the label space and their shares, which sum to 1 within a mixture.
    fill : float32 array of shape (n_columns,)
        Stands for a missing value.
    present : int32 array
        Classes that training saw; the others get :data:`ABSENT_LOGIT`.
    floor : float
        Share of the uniform distribution mixed into the mean, so that a class without a vote has a finite logit.
    n_classes : int
        Classes scored.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    children: NDArray[np.int32]
    root: NDArray[np.int32]
    starts: NDArray[np.int32]
    classes: NDArray[np.int32]
    shares: NDArray[np.float64]
    fill: NDArray[np.float32]
    present: NDArray[np.int32]
    floor: float
    n_classes: int
    _flat: NDArray[np.int32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_nodes()
        self._check_mixtures()
        object.__setattr__(self, "_flat", self.children.reshape(-1))

    def _check_nodes(self) -> None:
        n, n_mixtures = len(self.feature), len(self.starts) - 1
        if self.feature.shape != (n,) or self.threshold.shape != (n,) or self.children.shape != (n, 2):
            raise ValueError("arrays of tree nodes differ in length")
        if self.root.ndim != 1 or not len(self.root) or self.fill.ndim != 1 or not np.isfinite(self.fill).all():
            raise ValueError("a forest needs trees, and a finite number for missing values")
        if n and not 0 <= self.feature.min() <= self.feature.max() < len(self.fill):
            raise ValueError("tree array 'feature' points outside")
        for child in (self.children[:, 0], self.children[:, 1]):
            if (child >= n).any() or (~child >= n_mixtures).any() or ((child >= 0) & (child <= np.arange(n))).any():
                raise ValueError("tree array 'children' points outside or back")
        if (self.root >= n).any() or (~self.root >= n_mixtures).any():
            raise ValueError("tree array 'root' points outside")

    def _check_mixtures(self) -> None:
        ends = self.starts
        if ends.ndim != 1 or not len(ends) or ends[0] != 0 or (np.diff(ends) < 1).any() or ends[-1] != len(self.shares):
            raise ValueError("mixtures of classes in the leaves of trees do not follow one another")
        if self.classes.shape != self.shares.shape or self.shares.ndim != 1 or not (self.shares >= 0).all():
            raise ValueError("classes and shares in the leaves of trees differ")
        seen = np.unique(self.present)
        if not len(seen) or self.present.shape != seen.shape or seen[0] < 0 or seen[-1] >= self.n_classes:
            raise ValueError("tree array 'present' names classes that do not exist")
        if not np.isin(self.classes, seen).all() or not 0.0 < self.floor < 1.0:
            raise ValueError("leaves of trees name classes without rows, or the floor is not between 0 and 1")

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return len(self.fill)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Score rows: float64 of shape (n, n_classes), the logarithm of the mean share.

        Memory stays bounded whatever the number of rows, and a row's scores do not depend on the rows beside it.
        """
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        step = max(1, _CHUNK_CELLS // len(self.root))
        base = self.floor / len(self.present)
        for start in range(0, features.n, step):
            stop = min(start + step, features.n)
            mean = self._mean(features.rows(start, stop))[:, self.present]
            out[start:stop, self.present] = np.log((1.0 - self.floor) * mean + base)
        return out

    def _mean(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        missing = np.isnan(rows)
        if missing.any():
            rows = np.where(missing, self.fill, rows)
        n, width = rows.shape
        mixture, offset = self._arrive(rows.ravel(), np.arange(0, n * width, width) if width else np.zeros(n, np.int64))
        low = self.starts.take(mixture)
        count = self.starts.take(mixture + 1) - low
        at = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())
        cell = np.repeat(offset // max(width, 1), count) * self.n_classes + self.classes.take(at)
        total = np.bincount(cell, weights=self.shares.take(at), minlength=n * self.n_classes)
        return total.reshape(n, self.n_classes) / len(self.root)

    def _arrive(
        self, values: NDArray[np.float32], offset: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Walk every tree with every row: the mixtures reached, and whose row each one is."""
        node = np.repeat(self.root, len(offset))
        offset = np.tile(offset, len(self.root))
        mixtures, owners = [], []
        while True:
            is_leaf = node < 0
            if is_leaf.any():
                mixtures.append(node.compress(is_leaf))
                owners.append(offset.compress(is_leaf))
                go_on = ~is_leaf
                node, offset = node.compress(go_on), offset.compress(go_on)
                if not len(node):
                    return ~np.concatenate(mixtures), np.concatenate(owners)
            right = values.take(self.feature.take(node) + offset) > self.threshold.take(node)
            node = self._flat.take(2 * node + right)
