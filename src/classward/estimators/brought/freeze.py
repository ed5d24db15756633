"""From a fitted estimator to a piece of inference, proved on its training rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import lightgbm
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

from classward.errors import DataError
from classward.estimators.brought.boosted import freeze_boosted, freeze_histogram_boosted, freeze_lightgbm
from classward.estimators.brought.linear import freeze_linear, freeze_network
from classward.estimators.brought.other import freeze_bells, freeze_machines, freeze_neighbours
from classward.estimators.brought.pipeline import freeze_pipeline
from classward.estimators.brought.taught import Frozen, Taught
from classward.estimators.brought.trees import freeze_forest, freeze_tree
from classward.inference import Scorer

__all__ = ["CONVERTERS", "freezable", "freeze"]

Converter = Callable[[Any, Taught], Frozen]

_LINEAR: tuple[type[Any], ...] = (
    LogisticRegression,
    LogisticRegressionCV,
    LinearDiscriminantAnalysis,
    LinearSVC,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
CONVERTERS: Mapping[type[Any], Converter] = MappingProxyType(
    dict.fromkeys(_LINEAR, freeze_linear)
    | {
        RandomForestClassifier: freeze_forest,
        ExtraTreesClassifier: freeze_forest,
        DecisionTreeClassifier: freeze_tree,
        GradientBoostingClassifier: freeze_boosted,
        HistGradientBoostingClassifier: freeze_histogram_boosted,
        lightgbm.LGBMClassifier: freeze_lightgbm,
        MLPClassifier: freeze_network,
        GaussianNB: freeze_bells,
        KNeighborsClassifier: freeze_neighbours,
        SVC: freeze_machines,
        NuSVC: freeze_machines,
    }
)
"""Type of estimator → how it is frozen; subclasses count. A new way to freeze something is one more line here."""

_TOLERANCE = 1e-6


def freezable(kind: type[Any]) -> Converter:
    """How estimators of a class are frozen.

    Raises
    ------
    DataError
        CW343 if they cannot be.
    """
    for ancestor in kind.__mro__:
        if ancestor in CONVERTERS:
            return CONVERTERS[ancestor]
    raise DataError(
        "CW343",
        f"{kind.__module__}.{kind.__qualname__} cannot be frozen",
        why="a version answers from arrays with NumPy, never from a pickle, so every estimator needs an exact conversion",
        fix="bring one of " + ", ".join(sorted(k.__name__ for k in CONVERTERS)),
    )


def freeze(model: Any, taught: Taught) -> Scorer:
    """Turn a fitted estimator into a scorer, and prove it.

    Raises
    ------
    DataError
        CW343 if there is no conversion, CW345 if it answers otherwise than the estimator: a probability (or score,
        relative to its size) differs by more than 1e-6, or a class that is not a tie within that.
    """
    try:
        frozen = _converted(model, taught)
    except (ValueError, AttributeError, TypeError, LookupError) as error:
        raise _refused(model, str(error).splitlines()[0]) from error
    ours, theirs = frozen.ours, frozen.theirs
    if ours.shape != theirs.shape or not len(ours) or not np.isfinite(theirs).all():
        raise _refused(model, f"answers of shape {ours.shape} against {theirs.shape}, or not finite")
    gap = np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))
    if gap.max() > _TOLERANCE:
        raise _refused(model, f"answers differ by up to {gap.max():.2g} on {len(ours)} training rows")
    if _classes_differ(ours, theirs).any():
        raise _refused(model, f"{_classes_differ(ours, theirs).sum()} of {len(ours)} training rows get another class")
    return frozen.scorer


def _converted(model: Any, taught: Taught) -> Frozen:
    if isinstance(model, Pipeline):
        return freeze_pipeline(model, taught, _converted)
    return freezable(type(model))(model, taught)


def _classes_differ(ours: Any, theirs: Any) -> Any:
    if theirs.shape[1] == 1:
        return ((ours > 0) != (theirs > 0))[:, 0] & (np.abs(theirs[:, 0]) > _TOLERANCE)
    top = np.sort(theirs, axis=1)
    is_clear = top[:, -1] - top[:, -2] > 2 * _TOLERANCE * np.maximum(1.0, np.abs(top[:, -1]))
    return is_clear & (ours.argmax(axis=1) != theirs.argmax(axis=1))


def _refused(model: Any, got: str) -> DataError:
    return DataError(
        "CW345",
        f"{type(model).__name__} was fitted, but its conversion does not repeat it",
        got=got,
        why="what is served must be what was trained; nothing is kept that answers otherwise",
        fix="change its settings, or leave it out",
    )
