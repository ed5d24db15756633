"""Trees whose leaves hold shares of classes → a forest."""

from __future__ import annotations

from typing import Any

import numpy as np

from classward.estimators.brought.taught import Frozen, Taught
from classward.estimators.forest_arrays import FLOOR, ForestArrays

__all__ = ["freeze_forest", "freeze_tree"]

_PROVED = 20_000


def freeze_forest(model: Any, taught: Taught) -> Frozen:
    """Freeze a forest: the mean of its trees."""
    return _freeze(model, taught, [tree.tree_ for tree in model.estimators_])


def freeze_tree(model: Any, taught: Taught) -> Frozen:
    """Freeze a single tree."""
    return _freeze(model, taught, [model.tree_])


def _freeze(model: Any, taught: Taught, trees: list[Any]) -> Frozen:
    arrays = ForestArrays(present=taught.present)
    for tree in trees:
        arrays.add(tree)
    scorer = arrays.scorer(fill=np.zeros(taught.rows.shape[1], dtype=np.float32), n_classes=taught.n_classes)
    rows = taught.some(_PROVED)
    shares = np.exp(scorer.logits(taught.features(rows))[:, taught.present])
    ours = (shares - FLOOR / len(taught.present)) / (1.0 - FLOOR)
    return Frozen(scorer=scorer, ours=ours, theirs=model.predict_proba(rows))
