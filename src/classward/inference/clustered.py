"""A softmax in two steps for very many classes: first a group of like classes, then a class of the group."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.calibrators import log_softmax
from classward.inference.features import Features
from classward.inference.linear import ABSENT_LOGIT, LinearScorer, standardise

__all__ = ["ClusteredScorer"]

_SMALLEST_SHARE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredScorer:
    """``P(class) = P(group) · P(class | group)``: exact probabilities, with work and memory that grow slower than classes.

    Within a group only the features that its rows have are kept. A group with a probability below 1e-4 is not opened: its
    classes share it as their training rows do. Either way the probabilities of a row sum to 1.

    Parameters
    ----------
    groups : LinearScorer
        Scores groups.
    features : tuple of int32 array
        Of each group, the sparse feature columns it looks at, ascending, counted from the first sparse one; every dense
        one is looked at.
    weights : tuple of float32 array of shape (n_dense + n_features, n_members)
        Of each group.
    biases, shares : tuple of float64 array of shape (n_members,)
        Of each group: intercepts, and shares of training rows, which sum to 1.
    members : tuple of int32 array of shape (n_members,)
        Of each group, its classes as columns of the label space; no class is in two.
    n_classes : int
        Classes scored; those in no group get :data:`ABSENT_LOGIT`.
    """

    groups: LinearScorer
    features: tuple[NDArray[np.int32], ...]
    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float64], ...]
    shares: tuple[NDArray[np.float64], ...]
    members: tuple[NDArray[np.int32], ...]
    n_classes: int
    _every: NDArray[np.int32] = field(init=False, repr=False, compare=False)
    _group_of: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _share_logs: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n_dense, n_sparse = self.groups.n_dense, self.groups.n_columns - self.groups.n_dense
        parts = (self.features, self.weights, self.biases, self.shares, self.members)
        if not self.members or {len(part) for part in parts} != {self.groups.n_classes}:
            raise ValueError("groups and what is known of them differ in number")
        for columns, weights, bias, share, members in zip(*parts, strict=True):
            k = len(members)
            if not k or weights.shape != (n_dense + len(columns), k) or bias.shape != (k,) or share.shape != (k,):
                raise ValueError("weights of a group do not fit its features and classes")
            if len(columns) and (columns[0] < 0 or columns[-1] >= n_sparse or (np.diff(columns) <= 0).any()):
                raise ValueError("a group looks at features that do not exist")
            if not (share > 0.0).all() or not abs(float(share.sum()) - 1.0) < 1e-6:
                raise ValueError("shares within a group sum to 1")
        every = np.concatenate(self.members)
        if len(np.unique(every)) != len(every) or every.min() < 0 or every.max() >= self.n_classes:
            raise ValueError("groups name a class twice, or one that does not exist")
        sizes = [len(members) for members in self.members]
        object.__setattr__(self, "_every", every)
        object.__setattr__(self, "_group_of", np.repeat(np.arange(len(sizes)), sizes))
        object.__setattr__(self, "_share_logs", np.log(np.concatenate([share / share.sum() for share in self.shares])))

    @property
    def n_columns(self) -> int:
        """Feature columns expected."""
        return self.groups.n_columns

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Logarithms of probabilities: float64 of shape (n, n_classes). A row does not depend on the rows beside it."""
        out = np.full((features.n, self.n_classes), ABSENT_LOGIT)
        logs = log_softmax(self.groups.logits(features))
        is_open = logs > np.log(_SMALLEST_SHARE)
        dense = standardise(features.dense, self.groups.mean, self.groups.scale)
        out[:, self._every] = logs.take(self._group_of, axis=1) + self._share_logs
        for g in np.flatnonzero(is_open.any(axis=0)).tolist():
            opened = np.flatnonzero(is_open[:, g])
            within = log_softmax(self._within(g, features, dense, opened))
            out[opened[:, None], self.members[g]] = logs[opened, g][:, None] + within
        return out

    def _within(
        self, g: int, features: Features, dense: NDArray[np.float64], rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        n_dense, columns = dense.shape[1], self.features[g]
        out = np.empty((len(rows), len(self.members[g])))
        out[:] = self.biases[g]
        if n_dense:
            for i, row in enumerate(rows.tolist()):  # one by one, so that sums do not depend on the batch
                out[i] += dense[row] @ self.weights[g][:n_dense]
        if not len(columns):
            return out
        weights, sparse = self.weights[g][n_dense:], features.sparse
        for i, row in enumerate(rows.tolist()):
            low, high = sparse.indptr[row], sparse.indptr[row + 1]
            at = np.searchsorted(columns, sparse.indices[low:high])
            known = columns.take(at, mode="clip") == sparse.indices[low:high]
            if known.any():
                out[i] += sparse.data[low:high][known] @ weights.take(at[known], axis=0)
        return out
