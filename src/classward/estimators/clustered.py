"""Fit a softmax in two steps over groups of like classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classward.estimators.linear import LinearSettings, fit_linear
from classward.inference import ClusteredScorer, Csr, Features, LinearScorer

__all__ = ["ClusteredSettings", "fit_clustered", "group_classes"]

_DIRECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredSettings:
    """How to fit.

    Parameters
    ----------
    c : float
        Inverse strength of regularisation, of groups and within them.
    iterations : int
        Most steps of the optimiser, for each question.
    group_size : int
        Most classes of a group; 0 for about the square root of their number.
    """

    c: float = 20.0
    iterations: int = 60
    group_size: int = 0


def fit_clustered(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: ClusteredSettings,
    seed: int,
    weight: NDArray[np.float64] | None = None,
) -> ClusteredScorer:
    """Group classes by the means of their rows, then fit one softmax over groups and one within each.

    With k classes in groups of √k, a pass costs 2·√k per row instead of k, and only weights of features that a group's rows
    have are kept. A wrong group cannot be made good within it, so where few classes are to be told apart a flat
    model is better; for some hundreds and more it is the one that fits into a budget.

    Parameters
    ----------
    features : Features
        Training rows.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space; those without a row get a very low constant logit.
    settings : ClusteredSettings
        Strength, steps, size of groups.
    seed : int
        Directions in which means are compared.
    weight : float array of shape (n,), optional
        How much each row counts.

    References
    ----------
    Morin, Bengio (2005). Hierarchical probabilistic neural network language model. AISTATS. Boley (1998). Principal
    direction divisive partitioning. Data Mining and Knowledge Discovery 2 (how classes are grouped).
    """
    present, y = np.unique(y_index, return_inverse=True)
    size = settings.group_size or max(2, round(np.sqrt(len(present))))
    group = group_classes(_means(features, y, len(present), seed), size)
    n_groups = int(group.max()) + 1
    soft = LinearSettings(solver="softmax", c=settings.c, iterations=settings.iterations)
    groups = _groups(features, group[y], n_groups, soft, seed, weight)
    parts: list[tuple[NDArray[Any], ...]] = []
    for g in range(n_groups):
        rows = np.flatnonzero(group[y] == g)
        members = np.flatnonzero(group == g)
        counts = np.bincount(y[rows], minlength=len(present))[members]
        columns, weights, bias = _within(
            features, rows, np.searchsorted(members, y[rows]), len(members), groups, soft, seed, weight
        )
        parts.append((columns, weights, bias, counts / counts.sum(), present[members].astype(np.int32)))
    by_kind = tuple(zip(*parts, strict=True))
    return ClusteredScorer(
        groups=groups, features=by_kind[0], weights=by_kind[1], biases=by_kind[2], shares=by_kind[3],
        members=by_kind[4], n_classes=n_classes,
    )  # fmt: skip


def group_classes(means: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    """Halve the classes along the direction in which their means differ most, until no part has more than ``size``.

    Parameters
    ----------
    means : float array of shape (n_classes, n_directions)
    size : int
        Most classes of a group.

    Returns
    -------
    group : int array of shape (n_classes,)
        Numbers from 0 without gaps.
    """
    group = np.zeros(len(means), dtype=np.int64)
    parts, n_done = [np.arange(len(means))], 0
    while parts:
        part = parts.pop()
        if len(part) <= size:
            group[part] = n_done
            n_done += 1
            continue
        centred = means[part] - means[part].mean(axis=0)
        direction = np.linalg.svd(centred, full_matrices=False)[2][0]
        order = np.argsort(centred @ direction, kind="stable")
        parts += [part[order[len(part) // 2 :]], part[order[: len(part) // 2]]]
    return group


def _means(features: Features, y: NDArray[np.int64], k: int, seed: int) -> NDArray[np.float64]:
    """Means of classes in a few random directions, each of length 1."""
    counts = np.bincount(y, minlength=k).astype(np.float64)
    of_class = sp.csr_matrix((1.0 / counts[y], (y, np.arange(len(y)))), shape=(k, len(y)))
    rng = np.random.default_rng(seed)
    dense = np.nan_to_num(features.dense.astype(np.float64))
    spread = dense.std(axis=0)
    found = [of_class @ (dense / np.where(spread > 0.0, spread, 1.0))]
    sparse = features.sparse
    if sparse.n_columns:
        matrix = sp.csr_matrix((sparse.data, sparse.indices, sparse.indptr), shape=(sparse.n, sparse.n_columns))
        directions = rng.normal(size=(sparse.n_columns, _DIRECTIONS)).astype(np.float32)
        found.append((of_class @ matrix) @ directions / np.sqrt(_DIRECTIONS))
    return np.asarray(np.concatenate(found, axis=1))


def _groups(
    features: Features,
    group: NDArray[np.int64],
    n_groups: int,
    soft: LinearSettings,
    seed: int,
    weight: NDArray[np.float64] | None,
) -> LinearScorer:
    if n_groups > 1:
        return fit_linear(features, group, n_classes=n_groups, settings=soft, seed=seed, weight=weight)
    n_dense = features.dense.shape[1]
    return LinearScorer(
        mean=np.zeros(n_dense), scale=np.ones(n_dense), weights=np.zeros((features.n_columns, 1), np.float32),
        intercept=np.zeros(1),
    )  # fmt: skip


def _within(
    features: Features,
    rows: NDArray[np.int64],
    y: NDArray[np.int64],
    k: int,
    groups: LinearScorer,
    soft: LinearSettings,
    seed: int,
    weight: NDArray[np.float64] | None,
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float64]]:
    """Features, weights and intercepts of one group, over the features that its rows have."""
    own = features.take(rows)
    columns = np.unique(own.sparse.indices).astype(np.int32)
    n_dense = own.dense.shape[1]
    if k == 1:
        return columns[:0], np.zeros((n_dense, 1), np.float32), np.zeros(1)
    narrow = Csr(
        indptr=own.sparse.indptr, indices=np.searchsorted(columns, own.sparse.indices).astype(np.int32),
        data=own.sparse.data, n_columns=len(columns),
    )  # fmt: skip
    made = fit_linear(
        Features(n=own.n, dense=own.dense, sparse=narrow), y, n_classes=k, settings=soft, seed=seed,
        weight=None if weight is None else weight[rows],
    )  # fmt: skip
    # the group's own scale of dense features is turned into that of all rows
    factor = groups.scale / made.scale
    weights = made.weights.astype(np.float64)
    bias = made.intercept + ((groups.mean - made.mean) / made.scale) @ weights[:n_dense]
    weights[:n_dense] *= factor[:, None]
    return columns, weights.astype(np.float32), bias
