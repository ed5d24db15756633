"""Exact contributions of features to logits, for linear scorers and for trees, as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference import LinearScorer, TreeScorer, standardise

__all__ = ["linear_contributions", "tree_contributions"]

Floats = NDArray[np.float64]
_ZERO = 1e-35


def linear_contributions(scorer: LinearScorer, row: NDArray[np.float32], background: NDArray[np.float32]) -> Floats:
    """Weight times distance from the mean background row: the Shapley values of a linear score, without approximation.

    Parameters
    ----------
    row : float32 array of shape (n_columns,)
        Dense and sparse features side by side.
    background : float32 array of shape (n_background, n_columns)

    Returns
    -------
    contributions : float64 array of shape (n_columns, n_classes)
        With the mean logits of the background they add up to the row's logits.
    """
    d = scorer.n_dense

    def numbers(rows: NDArray[np.float32]) -> Floats:
        return np.concatenate([standardise(rows[:, :d], scorer.mean, scorer.scale), rows[:, d:]], axis=1)

    distance = numbers(row[None, :])[0] - numbers(background).mean(axis=0)
    return np.asarray(distance[:, None] * scorer.weights.astype(np.float64))


def tree_contributions(
    scorer: TreeScorer, row: NDArray[np.float32], background: NDArray[np.float32], player_of: NDArray[np.int64]
) -> Floats:
    """Exact interventional Shapley values of an ensemble of trees, features taken together as players.

    Against one background row, a leaf is reached by those mixtures that take from the row every player which only the row
    sends there, and from the background every player which only that sends there; the Shapley weight of such a game has a
    closed form. Summed over leaves, averaged over background rows.

    Parameters
    ----------
    row : float32 array of shape (n_columns,)
    background : float32 array of shape (n_background, n_columns)
    player_of : int array of shape (n_columns,)
        Player of each feature column, from 0 on: all features of one input column come and go together.

    Returns
    -------
    contributions : float64 array of shape (n_players, n_classes)
        With the mean logits of the background they add up to the row's logits. Cost: for each background row one pass over
        the conditions on the ways to all leaves.

    References
    ----------
    Lundberg et al. (2020). From local explanations to global understanding with explainable AI for trees. Nature Machine
    Intelligence 2 (interventional TreeSHAP).
    """
    paths = _paths(scorer, player_of)
    n_players, n_classes = int(player_of.max(initial=-1)) + 1, scorer.n_classes
    weights = _weights(int(paths.n_slots.max(initial=0)))
    mine = _sides(scorer, row)[paths.node] == paths.side
    by_row = np.logical_and.reduceat(mine, paths.slot_starts) if len(mine) else mine
    total = np.zeros(n_players * n_classes)
    cell = paths.slot_player * n_classes + paths.leaf_class[paths.slot_leaf]
    for other in background:
        theirs = _sides(scorer, other)[paths.node] == paths.side
        by_other = np.logical_and.reduceat(theirs, paths.slot_starts) if len(theirs) else theirs
        only_row, only_other = by_row & ~by_other, by_other & ~by_row
        n_leaves = len(paths.value)
        dead = np.bincount(paths.slot_leaf[~(by_row | by_other)], minlength=n_leaves) > 0
        a = np.bincount(paths.slot_leaf[only_row], minlength=n_leaves)
        b = np.bincount(paths.slot_leaf[only_other], minlength=n_leaves)
        value = np.where(dead, 0.0, paths.value)
        gain, loss = value * weights[a, b], -value * weights[b, a]
        shares = np.where(only_row, gain[paths.slot_leaf], np.where(only_other, loss[paths.slot_leaf], 0.0))
        total += np.bincount(cell, weights=shares, minlength=len(total))
    return total.reshape(n_players, n_classes) / len(background)


@dataclass(frozen=True, slots=True)
class _Paths:
    """Conditions on the way to every leaf, grouped into slots: one per leaf and player."""

    node: NDArray[np.int64]
    side: NDArray[np.bool_]
    slot_starts: NDArray[np.int64]
    slot_leaf: NDArray[np.int64]
    slot_player: NDArray[np.int64]
    n_slots: NDArray[np.int64]
    value: Floats
    leaf_class: NDArray[np.int64]


def _paths(scorer: TreeScorer, player_of: NDArray[np.int64]) -> _Paths:
    nodes = np.arange(len(scorer.feature))
    inner = nodes[scorer.children[:, 0] != nodes]
    leaves = nodes[scorer.children[:, 0] == nodes]
    parent, is_right = nodes.copy(), np.zeros(len(nodes), dtype=np.bool_)
    for side in (0, 1):
        parent[scorer.children[inner, side]] = inner
        is_right[scorer.children[inner, side]] = bool(side)
    at, leaf = leaves.copy(), np.arange(len(leaves))
    top = leaves.copy()
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]] = []
    while len(at):
        up = parent[at]
        moves = up != at
        top[leaf[~moves]] = at[~moves]
        at, leaf, up = at[moves], leaf[moves], up[moves]
        steps.append((leaf, up, is_right[at]))
        at = up
    leaf_of, node, side_of = (np.concatenate([s[i] for s in steps]) for i in range(3))
    player = player_of[scorer.feature[node]]
    order = np.lexsort((player, leaf_of))
    leaf_of, node, side_of, player = leaf_of[order], node[order], side_of[order], player[order]
    starts = np.flatnonzero((np.diff(leaf_of, prepend=-1) != 0) | (np.diff(player, prepend=-1) != 0))
    tree_of = np.zeros(len(nodes), dtype=np.int64)
    tree_of[scorer.root] = np.arange(len(scorer.root))
    return _Paths(
        node=node, side=side_of, slot_starts=starts, slot_leaf=leaf_of[starts], slot_player=player[starts],
        n_slots=np.bincount(leaf_of[starts], minlength=len(leaves)), value=scorer.value[leaves],
        leaf_class=scorer.present[tree_of[top] % len(scorer.present)].astype(np.int64),
    )  # fmt: skip


def _weights(most: int) -> Floats:
    """Shapley weight of one of ``a`` needed players when ``b`` others must stay away: (a-1)! b! / (a+b)!."""
    out = np.zeros((most + 1, most + 1))
    for a in range(1, most + 1):
        for b in range(most + 1 - a):
            out[a, b] = math.exp(math.lgamma(a) + math.lgamma(b + 1) - math.lgamma(a + b + 1))
    return out


def _sides(scorer: TreeScorer, row: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each node would send the row right, by the very rule of ``TreeScorer``."""
    x = row[scorer.feature]
    right = (x > scorer.threshold) | (np.isnan(x) & ~scorer.nan_left)
    is_gap = (np.abs(x) <= _ZERO) & (scorer.zero_side >= 0)
    return np.where(is_gap, scorer.zero_side == 1, right)
