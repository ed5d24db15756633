"""Exact contributions of features to logits, for linear scorers and for trees, as arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.inference.linear import LinearScorer, standardise
from classward.inference.tree import TreeScorer

__all__ = ["linear_contributions", "tree_contributions"]

Floats = NDArray[np.float64]
_ZERO = 1e-35
_BITS = 64
_CHUNK_ROWS = 16


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

    The row and each background row walk every tree together; where they part, both ways are gone, and the player is noted
    as needed from the row or from the background. A leaf so reached is an all-or-nothing game of the players noted, whose
    Shapley weights have a closed form. Summed over leaves, averaged over background rows.

    Parameters
    ----------
    row : float32 array of shape (n_columns,)
    background : float32 array of shape (n_background, n_columns)
    player_of : int array of shape (n_columns,)
        Player of each feature column, from 0 on: all features of one input column come and go together.

    Returns
    -------
    contributions : float64 array of shape (n_players, n_classes)
        With the mean logits of the background they add up to the row's logits. Cost: for each background row and
        tree the leaves that mixtures of the two rows can reach; many players (thousands) make it slow.

    References
    ----------
    Lundberg et al. (2020). From local explanations to global understanding with explainable AI for trees. Nature Machine
    Intelligence 2 (interventional TreeSHAP).
    """
    n_players = int(player_of.max(initial=-1)) + 1
    total = np.zeros((n_players, scorer.n_classes))
    mine = _sides(scorer, row[None, :])[0]
    for start in range(0, len(background), _CHUNK_ROWS):
        theirs = _sides(scorer, background[start : start + _CHUNK_ROWS])
        for reached in _walk(scorer, mine, theirs, player_of):
            _share_out(reached, total)
    return total / max(1, len(background))


@dataclass(frozen=True, slots=True)
class _Walks:
    """Ways through trees: node, background row and class of each, and the players it needs from either side, as bits."""

    node: NDArray[np.int64]
    other: NDArray[np.int64]
    column: NDArray[np.int64]
    needs_row: NDArray[np.uint64]
    needs_other: NDArray[np.uint64]
    value: Floats

    def take(self, kept: NDArray[np.int64] | NDArray[np.bool_]) -> _Walks:
        return _Walks(
            self.node[kept], self.other[kept], self.column[kept], self.needs_row[kept], self.needs_other[kept],
            self.value[kept],
        )  # fmt: skip


def _walk(
    scorer: TreeScorer, mine: NDArray[np.bool_], theirs: NDArray[np.bool_], player_of: NDArray[np.int64]
) -> Iterator[_Walks]:
    """Go down all trees level by level; give the ways that have come to a leaf."""
    n_trees, m = len(scorer.root), len(theirs)
    bits = np.zeros((n_trees * m, int(player_of.max(initial=0)) // _BITS + 1), dtype=np.uint64)
    walks = _Walks(
        np.repeat(scorer.root.astype(np.int64), m), np.tile(np.arange(m), n_trees),
        np.repeat(scorer.present[np.arange(n_trees) % len(scorer.present)].astype(np.int64), m), bits, bits.copy(),
        np.zeros(n_trees * m),
    )  # fmt: skip
    while len(walks.node):
        is_leaf = scorer.children[walks.node, 0] == walks.node
        done = walks.take(is_leaf)
        yield replace(done, value=scorer.value[done.node])
        walks = walks.take(~is_leaf)
        player = player_of[scorer.feature[walks.node]]
        word, bit = player // _BITS, np.uint64(1) << (player % _BITS).astype(np.uint64)
        line = np.arange(len(player))
        from_row, from_other = (needs[line, word] & bit > 0 for needs in (walks.needs_row, walks.needs_other))
        a, b = mine[walks.node], theirs[walks.other, walks.node]
        parts = np.flatnonzero(~from_row & ~from_other & (a != b))
        second = walks.take(parts)
        second.needs_other[np.arange(len(parts)), word[parts]] |= bit[parts]
        walks.needs_row[parts, word[parts]] |= bit[parts]
        side = np.where(from_other, b, a).astype(np.int64)
        first = replace(walks, node=scorer.children[walks.node, side].astype(np.int64))
        second = replace(second, node=scorer.children[second.node, b[parts].astype(np.int64)].astype(np.int64))
        walks = _Walks(*(np.concatenate(pair) for pair in zip(_fields(first), _fields(second), strict=True)))


def _fields(walks: _Walks) -> tuple[NDArray[Any], ...]:
    return walks.node, walks.other, walks.column, walks.needs_row, walks.needs_other, walks.value


def _share_out(reached: _Walks, total: Floats) -> None:
    """Add what the leaves reached are worth to the players they need."""
    n_row, n_other = (np.bitwise_count(needs).sum(axis=1) for needs in (reached.needs_row, reached.needs_other))
    weights = _weights(int((n_row + n_other).max(initial=0)))
    gain, loss = reached.value * weights[n_row, n_other], -reached.value * weights[n_other, n_row]
    for needs, share in ((reached.needs_row, gain), (reached.needs_other, loss)):
        for player in range(len(total)):
            is_in = needs[:, player // _BITS] >> np.uint64(player % _BITS) & np.uint64(1) > 0
            total[player] += np.bincount(reached.column[is_in], weights=share[is_in], minlength=total.shape[1])


def _weights(most: int) -> Floats:
    """Shapley weight of one of ``a`` needed players when ``b`` others must stay away: (a-1)! b! / (a+b)!."""
    out = np.zeros((most + 1, most + 1))
    for a in range(1, most + 1):
        for b in range(most + 1 - a):
            out[a, b] = math.exp(math.lgamma(a) + math.lgamma(b + 1) - math.lgamma(a + b + 1))
    return out


def _sides(scorer: TreeScorer, rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each node (column) would send each row right, by the very rule of ``TreeScorer``."""
    x = rows[:, scorer.feature]
    right = (x > scorer.threshold) | (np.isnan(x) & ~scorer.nan_left)
    is_gap = (np.abs(x) <= _ZERO) & (scorer.zero_side >= 0)
    return np.where(is_gap, scorer.zero_side == 1, right)
