"""What may stand between features and logits."""

from __future__ import annotations

from typing import TypeAlias

from classward.inference.affine import AffineScorer
from classward.inference.bells import BellScorer
from classward.inference.clustered import ClusteredScorer
from classward.inference.described import DescribedScorer
from classward.inference.forest import ForestScorer
from classward.inference.kernel import KernelScorer
from classward.inference.layers import LayersScorer
from classward.inference.likeness import LikenessScorer
from classward.inference.linear import LinearScorer
from classward.inference.nearest import NearestScorer
from classward.inference.neighbours import NeighbourScorer
from classward.inference.network import NetworkScorer
from classward.inference.tree import TreeScorer

__all__ = ["Scorer"]

Scorer: TypeAlias = (
    LinearScorer
    | TreeScorer
    | ForestScorer
    | NetworkScorer
    | KernelScorer
    | LikenessScorer
    | LayersScorer
    | BellScorer
    | NeighbourScorer
    | NearestScorer
    | ClusteredScorer
    | DescribedScorer
    | AffineScorer
)
"""Has ``n_columns``, ``n_classes`` and ``logits(features)`` of shape (n, n_classes)."""
