"""All trees of an ensemble answered at once for one row: no walk, one comparison per node and one intersection per tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_LEAVES", "TreeMasks"]

MOST_LEAVES = 64
"""Leaves of a tree that fit into the bits of one word; larger trees are walked."""

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeMasks:
    """For each inner node the leaves that stay possible when a row goes right there.

    The leaves of a tree are numbered from left to right. Going right at a node rules out the leaves below its left child;
    what all nodes together leave possible begins with the leaf that is reached, whatever nodes off the path say
    (Lucchese et al. 2015. QuickScorer. SIGIR).

    Parameters
    ----------
    node : int64 array
        Inner nodes, tree after tree; a tree that is one leaf has that leaf here, where no row goes right.
    mask : uint64 array of the same shape
        Leaves that stay possible.
    starts : int64 array of shape (n_trees,)
        Where each tree begins.
    leaf : int64 array
        Nodes of all leaves, tree after tree from left to right.
    first_leaf : int64 array of shape (n_trees,)
        Where the leaves of each tree begin.
    """

    node: NDArray[np.int64]
    mask: NDArray[np.uint64]
    starts: NDArray[np.int64]
    leaf: NDArray[np.int64]
    first_leaf: NDArray[np.int64]

    @classmethod
    def of(cls, children: NDArray[np.int32], root: NDArray[np.int32]) -> TreeMasks | None:
        """Make the masks, or nothing if a tree has more than 64 leaves or shares nodes with another."""
        levels = _levels(children, root)
        order = np.concatenate([nodes for nodes, _ in levels])
        if len(np.unique(order)) < len(order):
            return None
        n_leaves = np.ones(len(children), dtype=np.int64)
        inner = [nodes[children[nodes, 0] != nodes] for nodes, _ in levels]
        for nodes in reversed(inner):
            n_leaves[nodes] = n_leaves[children[nodes, 0]] + n_leaves[children[nodes, 1]]
        if n_leaves[root].max() > MOST_LEAVES:
            return None
        rank = np.zeros(len(children), dtype=np.int64)
        for nodes in inner:
            left, right = children[nodes, 0], children[nodes, 1]
            rank[left], rank[right] = rank[nodes], rank[nodes] + n_leaves[left]
        tree = np.zeros(len(children), dtype=np.int64)
        for nodes, trees in levels:
            tree[nodes] = trees
        leaves = order[children[order, 0] == order]
        leaf = leaves[np.lexsort((rank[leaves], tree[leaves]))]
        lone = root[children[root, 0] == root]
        node = np.concatenate([*inner, lone])
        node = node[np.argsort(tree[node], kind="stable")]
        width = n_leaves[children[node, 0]].astype(np.uint64)  # at most 63: there is a leaf on the right, too
        gone = ((np.uint64(1) << width) - np.uint64(1)) << rank[node].astype(np.uint64)
        return cls(
            node=node.astype(np.int64), mask=_ALL ^ gone, starts=np.searchsorted(tree[node], np.arange(len(root))),
            leaf=leaf.astype(np.int64), first_leaf=np.searchsorted(tree[leaf], np.arange(len(root))),
        )  # fmt: skip

    def leaves(self, goes_right: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The leaf that each tree reaches; ``goes_right`` says of each of :attr:`node` where the row would go there."""
        possible = np.bitwise_and.reduceat(np.where(goes_right, self.mask, _ALL), self.starts)
        lowest = possible & (~possible + np.uint64(1))
        rank = np.frexp(lowest.astype(np.float64))[1] - 1  # a power of two: exact
        return self.leaf.take(self.first_leaf + rank)


def _levels(
    children: NDArray[np.int32], root: NDArray[np.int32]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Nodes and their trees, level by level from the roots."""
    nodes, trees = root.astype(np.int64), np.arange(len(root), dtype=np.int64)
    found = []
    while len(nodes):
        found.append((nodes, trees))
        inner = children[nodes, 0] != nodes
        nodes, trees = children[nodes[inner]].astype(np.int64).ravel(), np.repeat(trees[inner], 2)
        if sum(len(n) for n, _ in found) > len(children):
            break  # nodes are shared: the caller sees it
    return found
