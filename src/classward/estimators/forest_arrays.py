"""scikit-learn's trees → the compact arrays of a forest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.inference import ForestScorer

__all__ = ["FLOOR", "ForestArrays"]

FLOOR = 1e-3
"""Uniform share mixed into a forest's mean."""


@dataclass(slots=True, kw_only=True)
class ForestArrays:
    """Collects trees one by one, so that the wide arrays of scikit-learn can be thrown away early.

    Parameters
    ----------
    present : int array
        Label-space column of each of the trees' classes.
    """

    present: NDArray[np.int64]
    _feature: list[NDArray[np.int32]] = field(default_factory=list)
    _threshold: list[NDArray[np.float32]] = field(default_factory=list)
    _children: list[NDArray[np.int32]] = field(default_factory=list)
    _root: list[int] = field(default_factory=list)
    _mixtures: dict[bytes, int] = field(default_factory=dict)
    _n_nodes: int = 0

    def add(self, tree: Any) -> None:
        """Take over one ``sklearn.tree._tree.Tree``."""
        left, right = tree.children_left, tree.children_right
        inner = left >= 0
        name = np.empty(len(left), dtype=np.int32)
        name[inner] = self._n_nodes + np.arange(np.count_nonzero(inner))
        name[~inner] = ~self._mixture_of(tree.value[~inner, 0, :])
        self._feature.append(tree.feature[inner].astype(np.int32))
        self._threshold.append(_rounded_down(tree.threshold[inner]))
        self._children.append(name[np.stack([left[inner], right[inner]], axis=1)])
        self._root.append(int(name[0]))
        self._n_nodes += int(np.count_nonzero(inner))

    def scorer(self, *, fill: NDArray[np.float32], n_classes: int) -> ForestScorer:
        """Put all trees together."""
        shares = np.frombuffer(b"".join(self._mixtures), dtype=np.float64).reshape(-1, len(self.present))
        row, column = np.nonzero(shares)
        return ForestScorer(
            feature=np.concatenate(self._feature),
            threshold=np.concatenate(self._threshold),
            children=np.concatenate(self._children),
            root=np.array(self._root, dtype=np.int32),
            starts=np.searchsorted(row, np.arange(len(shares) + 1)).astype(np.int32),
            classes=self.present[column].astype(np.int32),
            shares=shares[row, column],
            fill=fill,
            present=self.present.astype(np.int32),
            floor=FLOOR,
            n_classes=n_classes,
        )

    def _mixture_of(self, shares: NDArray[np.float64]) -> NDArray[np.int32]:
        data, size, known = shares.tobytes(), shares.shape[1] * shares.itemsize, self._mixtures
        ids = (known.setdefault(data[i : i + size], len(known)) for i in range(0, len(data), size))
        return np.fromiter(ids, dtype=np.int32, count=len(shares))


def _rounded_down(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """The highest float32 that is not above: compared with float32 values it decides the same."""
    near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
