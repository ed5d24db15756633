"""What estimators over matrices of numbers share: checks of the input, featuriser, scorer, classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from classward.domain import Feature, InputSchema
from classward.errors import NotMulticlass
from classward.inference import Columns, Features, Featuriser, Scorer, softmax

__all__ = ["NumbersClassifier", "classes_of", "never_stop", "seed_of"]

Learn: TypeAlias = Callable[[InputSchema, Columns, int], Featuriser]


class NumbersClassifier(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """A featuriser and a scorer over a matrix of numbers, gaps as NaN; subclasses say which.

    ``fit`` wants at least two classes. Probabilities are the softmax of scores and are not calibrated: wrap the estimator
    in :class:`~classward.estimators.Calibrated` for that.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NumbersClassifier:
        """Fit on labelled rows.

        Parameters
        ----------
        X : array or frame of shape (n_samples, n_features)
            Numbers; NaN where a value is missing. For categories, dates and text see
            :class:`classward.TableFeaturiser`.
        y : array of shape (n_samples,)
            Class of each row.
        sample_weight : array of shape (n_samples,), optional
            How much each row counts.

        Raises
        ------
        ValueError
            ``NotMulticlass`` CW201 with a single class; ``DataError`` for rows that the pattern cannot use.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", multi_output=False)
        check_classification_targets(y)
        self.classes_, codes = classes_of(y)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        names = [f"x{j}" for j in range(X.shape[1])]
        schema = InputSchema(features=tuple(Feature(name=name, kind="numeric") for name in names))
        self.featuriser_ = self._learn()(schema, _columns(X), len(X))
        features = self.featuriser_.transform(_columns(X), len(X))
        self.scorer_ = self._score(features, codes, seed_of(getattr(self, "random_state", None)), weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of shape (n_samples, n_classes), columns as ``classes_``; not calibrated."""
        check_is_fitted(self, "scorer_")
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return softmax(self.scorer_.logits(self.featuriser_.transform(_columns(X), len(X))))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row."""
        proba = self.predict_proba(X)
        return np.asarray(self.classes_[proba.argmax(axis=1)])

    @abstractmethod
    def _learn(self) -> Learn:
        """How columns become features."""

    @abstractmethod
    def _score(self, features: Features, codes: NDArray[np.int64], seed: int, weight: Any) -> Scorer:
        """Fit the scorer."""

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn may expect."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def classes_of(y: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Sorted classes, and the number of each row's class; fewer than two are refused (CW201)."""
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise NotMulticlass(
            "CW201",
            "there is nothing to tell apart",
            got=f"{len(y)} rows of one class",
            why="a classifier needs rows of at least two classes",
            fix="give labelled rows of the other classes",
        )
    return classes, np.asarray(codes, dtype=np.int64)


def seed_of(random_state: int | np.random.RandomState | None) -> int:
    """A seed from what scikit-learn calls a random state."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def never_stop() -> bool:
    """No clock is asked: fits go on to their own end."""
    return False


def _columns(X: NDArray[np.float64]) -> Columns:
    return {f"x{j}": X[:, j] for j in range(X.shape[1])}  # type: ignore[misc]
