"""Boosted trees of scikit-learn and LightGBM → trees whose leaves add up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.brought.node_arrays import NodeArrays
from classward.estimators.brought.taught import Frozen, Taught
from classward.estimators.tree_arrays import scorer_from_dump
from classward.inference import TreeScorer, softmax

__all__ = ["freeze_boosted", "freeze_histogram_boosted", "freeze_lightgbm"]

_PROVED = 20_000


def freeze_boosted(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``GradientBoostingClassifier``."""
    nodes = NodeArrays()
    for tree in (stage.tree_ for row in model.estimators_ for stage in row):
        is_leaf = tree.children_left < 0
        nodes.add(
            left=tree.children_left, right=tree.children_right, is_leaf=is_leaf, feature=tree.feature,
            threshold=tree.threshold, nan_left=np.zeros(len(is_leaf), dtype=bool),
            value=model.learning_rate * tree.value[:, 0, 0],
        )  # fmt: skip
    return _raised(nodes.scorer(_boosted_classes(taught), taught), model, taught)


def freeze_histogram_boosted(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``HistGradientBoostingClassifier``."""
    nodes = NodeArrays()
    for tree in (predictor.nodes for row in model._predictors for predictor in row):
        if tree["is_categorical"].any():
            raise ValueError("its trees split by sets of categories; features here are numbers")
        nodes.add(
            left=tree["left"].astype(np.int64), right=tree["right"].astype(np.int64), is_leaf=tree["is_leaf"] > 0,
            feature=tree["feature_idx"], threshold=tree["num_threshold"], nan_left=tree["missing_go_to_left"] > 0,
            value=tree["value"],
        )  # fmt: skip
    return _raised(nodes.scorer(_boosted_classes(taught), taught), model, taught)


def freeze_lightgbm(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``LGBMClassifier``."""
    n_rounds = model.best_iteration_ or -1
    classes = _boosted_classes(taught)
    scorer = scorer_from_dump(
        model.booster_.dump_model(num_iteration=n_rounds), present=classes, n_classes=taught.n_classes,
        n_columns=taught.rows.shape[1],
    )  # fmt: skip
    intercept = scorer.intercept.copy()
    intercept[taught.present] = 0.0
    return _proved(replace(scorer, intercept=intercept), model, taught)


def _boosted_classes(taught: Taught) -> NDArray[np.int64]:
    """Classes that have trees: of two classes the second, whose trees add up to its log-odds."""
    return taught.present[1:] if len(taught.present) == 2 else taught.present


def _raised(scorer: TreeScorer, model: Any, taught: Taught) -> Frozen:
    """Add what every row starts from: what the estimator says of a row beyond the sum of its trees."""
    row = taught.rows[:1]
    classes = _boosted_classes(taught)
    said = np.asarray(model.decision_function(row)).reshape(-1)
    intercept = scorer.intercept.copy()
    intercept[classes] = said - scorer.logits(taught.features(row))[0, classes]
    return _proved(replace(scorer, intercept=intercept), model, taught)


def _proved(scorer: TreeScorer, model: Any, taught: Taught) -> Frozen:
    rows = taught.some(_PROVED)
    ours = softmax(scorer.logits(taught.features(rows))[:, taught.present])
    return Frozen(scorer=scorer, ours=ours, theirs=model.predict_proba(rows))
