"""Several ensembles of trees over the same features, walked as one: a single row costs one walk, not one each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.features import Features
from classward.inference.tree import TreeScorer

__all__ = ["TreeStack"]

_FEW_ROWS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeStack:
    """Scorers of equal classes and columns, and one that holds the trees of all for batches of few rows.

    The big one's classes are those of the first scorer, then those of the second, and so on. Beyond 16 rows each scorer
    walks alone, in memory that a processor keeps at hand; the sums are the same ones either way.
    """

    scorers: tuple[TreeScorer, ...]
    whole: TreeScorer

    @classmethod
    def of(cls, scorers: Sequence[TreeScorer]) -> TreeStack:
        """Put scorers together; trees are ordered by scorer, then as they were."""
        n_classes = scorers[0].n_classes
        starts = np.cumsum([0] + [len(s.feature) for s in scorers])[:-1]
        rounds = max(s.n_rounds for s in scorers)
        empty = sum(len(s.feature) for s in scorers)  # a leaf of value 0, for scorers that stopped earlier
        root = np.full((rounds, sum(len(s.present) for s in scorers)), empty, dtype=np.int32)
        depth = np.zeros(root.shape, dtype=np.int32)
        left = 0
        for scorer, start in zip(scorers, starts, strict=True):
            span = slice(left, left + len(scorer.present))
            root[: scorer.n_rounds, span] = scorer.root.reshape(scorer.n_rounds, -1) + start
            depth[: scorer.n_rounds, span] = scorer.depth.reshape(scorer.n_rounds, -1)
            left += len(scorer.present)
        leaf = np.array([[empty, empty]], dtype=np.int32)
        whole = TreeScorer(
            feature=np.concatenate([*(s.feature for s in scorers), np.zeros(1, np.int32)]),
            threshold=np.concatenate([*(s.threshold for s in scorers), np.array([np.inf])]),
            children=np.concatenate(
                [*((s.children + start).astype(np.int32) for s, start in zip(scorers, starts, strict=True)), leaf]
            ),
            nan_left=np.concatenate([*(s.nan_left for s in scorers), np.ones(1, np.bool_)]),
            zero_side=np.concatenate([*(s.zero_side for s in scorers), np.full(1, -1, np.int8)]),
            value=np.concatenate([*(s.value for s in scorers), np.zeros(1)]),
            root=root.ravel(),
            depth=depth.ravel(),
            present=np.concatenate([s.present + np.int32(i * n_classes) for i, s in enumerate(scorers)]),
            intercept=np.concatenate([s.intercept for s in scorers]),
            n_columns=scorers[0].n_columns,
        )
        return cls(scorers=tuple(scorers), whole=whole)

    def logits(self, features: Features) -> list[NDArray[np.float64]]:
        """Logits of each scorer, (n, n_classes) each."""
        if features.n > _FEW_ROWS:
            return [scorer.logits(features) for scorer in self.scorers]
        return np.split(self.whole.logits(features), len(self.scorers), axis=1)
