"""What may stand between features and logits."""

from __future__ import annotations

from typing import TypeAlias

from classward.inference.forest import ForestScorer
from classward.inference.kernel import KernelScorer
from classward.inference.likeness import LikenessScorer
from classward.inference.linear import LinearScorer
from classward.inference.network import NetworkScorer
from classward.inference.tree import TreeScorer

__all__ = ["Scorer"]

Scorer: TypeAlias = LinearScorer | TreeScorer | ForestScorer | NetworkScorer | KernelScorer | LikenessScorer
"""Has ``n_columns``, ``n_classes`` and ``logits(features)`` of shape (n, n_classes)."""
