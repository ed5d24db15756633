"""All trees of an ensemble answered at once for one row: no walk, one comparison per node and one intersection per tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_LEAVES", "TreeMasks"]

MOST_LEAVES = 64
"""Leaves of a tree that fit into the bits of one word; larger trees are walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeMasks:
    """For each inner node the leaves that are ruled out when a row goes right there.

    The leaves of a tree are numbered from left to right. Going right at a node rules out the leaves below its left child;
    what all nodes together leave begins with the leaf that is reached, whatever nodes off the path say (Lucchese et al.
    2015. QuickScorer. SIGIR).

    Parameters
    ----------
    node : int64 array of shape (most inner nodes of a tree, n_trees)
        The inner nodes of each tree in its column; the root fills the rest.
    gone : uint32 or uint64 array of the same shape
        Leaves that are ruled out, a bit each; none where the root only fills.
    leaf : int64 array
        Nodes of all leaves, tree after tree from left to right.
    first_leaf : int64 array of shape (n_trees,)
        Where the leaves of each tree begin.
    """

    node: NDArray[np.int64]
    gone: NDArray[np.uint32] | NDArray[np.uint64]
    leaf: NDArray[np.int64]
    first_leaf: NDArray[np.int64]

    @classmethod
    def of(cls, children: NDArray[np.int32], root: NDArray[np.int32]) -> TreeMasks | None:
        """Make the masks, or nothing if that does not pay or cannot be.

        That is: a tree has more than 64 leaves, trees share nodes, or trees differ so much in size that filling up would
        more than double them.
        """
        levels = _levels(children, root)
        order = np.concatenate([nodes for nodes, _ in levels])
        if np.bincount(order).max(initial=0) > 1:  # a node is in two trees
            return None
        n_leaves, inner = np.ones(len(children), dtype=np.int64), []
        for nodes, trees in levels:
            is_inner = children[nodes, 0] != nodes
            inner.append((nodes[is_inner], trees[is_inner]))
        for nodes, _ in reversed(inner):
            n_leaves[nodes] = n_leaves[children[nodes, 0]] + n_leaves[children[nodes, 1]]
        most = int(n_leaves[root].max())
        if most > MOST_LEAVES or (most - 1) * len(root) > 2 * len(order):
            return None
        rank, tree = np.zeros(len(children), dtype=np.int64), np.zeros(len(children), dtype=np.int64)
        for nodes, _ in inner:
            left, right = children[nodes, 0], children[nodes, 1]
            rank[left], rank[right] = rank[nodes], rank[nodes] + n_leaves[left]
        for nodes, trees in levels:
            tree[nodes] = trees
        node = np.broadcast_to(root.astype(np.int64), (most - 1, len(root))).copy()
        gone = np.zeros(node.shape, dtype=np.uint64)
        _fill(node, gone, inner, rank, n_leaves[children[:, 0]])
        leaves = order[children[order, 0] == order]
        leaf = leaves[np.lexsort((rank[leaves], tree[leaves]))]
        return cls(
            node=node, gone=gone.astype(np.uint32) if most <= 32 else gone, leaf=leaf,
            first_leaf=np.searchsorted(tree[leaf], np.arange(len(root))),
        )  # fmt: skip

    def leaves(self, goes_right: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The leaf that each tree reaches; ``goes_right`` says of each of :attr:`node` where the row would go there."""
        possible = ~np.bitwise_or.reduce(self.gone * goes_right, axis=0)
        lowest = possible & (~possible + possible.dtype.type(1))
        rank = np.frexp(lowest.astype(np.float64))[1] - 1  # a power of two: exact
        reached: NDArray[np.int64] = self.leaf.take(self.first_leaf + rank)
        return reached


def _fill(
    node: NDArray[np.int64],
    gone: NDArray[np.uint64],
    inner: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
    rank: NDArray[np.int64],
    n_left: NDArray[np.int64],
) -> None:
    """Put the inner nodes of each tree below one another, and the leaves left of each into bits."""
    nodes, trees = (np.concatenate(part) for part in zip(*inner, strict=True))
    order = np.argsort(trees, kind="stable")
    nodes, trees = nodes[order], trees[order]
    place = np.arange(len(nodes)) - np.searchsorted(trees, trees)
    width = n_left[nodes].astype(np.uint64)  # at most 63: there is a leaf on the right, too
    node[place, trees] = nodes
    gone[place, trees] = ((np.uint64(1) << width) - np.uint64(1)) << rank[nodes].astype(np.uint64)


def _levels(children: NDArray[np.int32], root: NDArray[np.int32]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Nodes and their trees, level by level from the roots."""
    nodes, trees = root.astype(np.int64), np.arange(len(root), dtype=np.int64)
    found, n = [], 0
    while len(nodes) and n <= len(children):  # more nodes than there are: some are shared, as the caller sees
        found.append((nodes, trees))
        n += len(nodes)
        inner = children[nodes, 0] != nodes
        nodes, trees = children[nodes[inner]].astype(np.int64).ravel(), np.repeat(trees[inner], 2)
    return found
