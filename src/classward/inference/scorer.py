"""What may stand between features and logits."""

from __future__ import annotations

from typing import TypeAlias

from classward.inference.linear import LinearScorer
from classward.inference.tree import TreeScorer

__all__ = ["Scorer"]

Scorer: TypeAlias = LinearScorer | TreeScorer
"""Has ``n_columns``, ``n_classes`` and ``logits(features)`` of shape (n, n_classes)."""
