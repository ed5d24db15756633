"""Honest probabilities around any classifier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import Tags, _safe_indexing, get_tags, indexable
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_y, _num_samples, check_is_fitted

from classward.errors import TooFewLabels, UsageError, nearest
from classward.estimators.matrix_scaling import fit_matrix_scaling
from classward.estimators.public.linear import Linear
from classward.estimators.public.over_numbers import classes_of, seed_of
from classward.estimators.temperature import fit_temperature
from classward.estimators.vector_scaling import fit_vector_scaling
from classward.inference import ABSENT_LOGIT, Calibrator, Temperature

__all__ = ["Calibrated"]

_SMALLEST = 1e-15
_FEWEST_ROWS = 2


class Calibrated(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Fit any classifier, and a calibrator on what it says of rows it did not see.

    Scores of every row come from a clone fitted without it; the estimator that answers is fitted on all rows. A
    temperature never changes which class is predicted; vector and matrix scaling may. Not for rows in the order of time:
    a task file with a time column splits those honestly.

    Parameters
    ----------
    estimator : estimator, default=None
        Anything with ``predict_proba`` or ``decision_function``, pipelines too; ``None`` for
        :class:`~classward.estimators.Linear`.
    method : str, default="temperature"
        ``temperature`` (one number), ``vector`` (two numbers per class) or ``matrix`` (classes mixed, shrunk). The last
        two want some 500 rows and more.
    cv : int, default=5
        Folds; fewer if a class has fewer rows, but two at least.
    random_state : int, RandomState or None, default=0
        Deals the rows into folds.

    Attributes
    ----------
    estimator_ : estimator
        Fitted on all rows.
    calibrator_ : Temperature, VectorScaling or MatrixScaling
        From scores to probabilities.
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017). On Calibration of Modern Neural Networks. ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_iris(return_X_y=True)
    >>> model = Calibrated(GaussianNB()).fit(X, y)
    >>> model.calibrator_.temperature > 1       # GaussianNB was over-confident
    True
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        method: str = "temperature",
        cv: int = 5,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.estimator = estimator
        self.method = method
        self.cv = cv
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Calibrated:
        """Cross-fit, calibrate, fit on all rows.

        Raises
        ------
        UsageError
            CW226 for a method that does not exist.
        TooFewLabels
            CW227 if no fold leaves rows whose class was learned: nothing can be calibrated.
        ValueError
            ``NotMulticlass`` CW201 with a single class.
        """
        if self.method not in _FITS:
            raise UsageError(
                "CW226",
                f"there is no way to calibrate called {self.method!r}{nearest(self.method, _FITS)}",
                fix=f"use {', '.join(_FITS)}",
            )
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        y = _check_y(y, estimator=self)
        check_classification_targets(y)
        X, y = indexable(X, y)
        plain = Linear() if self.estimator is None else self.estimator
        self.estimator_ = clone(plain).fit(X, y)
        self.classes_, codes = classes_of(y)
        logits = self._left_out(plain, X, y, codes)
        is_usable = logits[np.arange(len(y)), codes] > ABSENT_LOGIT
        if int(is_usable.sum()) < _FEWEST_ROWS:
            raise TooFewLabels(
                "CW227",
                "cannot calibrate",
                got=f"{int(is_usable.sum())} of {len(y)} rows have a class that was learned without them",
                why="whether probabilities are honest can only be seen on rows the model was not trained on",
                fix="give at least two rows of each class",
            )
        self.calibrator_ = _FITS[self.method](logits[is_usable], codes[is_usable])
        if hasattr(self.estimator_, "n_features_in_"):
            self.n_features_in_ = self.estimator_.n_features_in_
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Calibrated probabilities of shape (n_samples, n_classes), columns as ``classes_``."""
        check_is_fitted(self, "calibrator_")
        return self.calibrator_.apply(_logits(self.estimator_, X, self.classes_))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row."""
        proba = self.predict_proba(X)
        return np.asarray(self.classes_[proba.argmax(axis=1)])

    def _left_out(self, plain: Any, X: Any, y: Any, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Scores of every row by a clone that did not see it; folds are even by class."""
        n_folds = max(2, min(self.cv, int(np.bincount(codes).min())))
        mixed = np.random.default_rng(seed_of(self.random_state)).permutation(_num_samples(X))
        fold = np.empty(len(y), dtype=np.int64)
        fold[mixed[np.argsort(codes[mixed], kind="stable")]] = np.arange(len(y)) % n_folds
        logits = np.full((len(y), len(self.classes_)), ABSENT_LOGIT)
        for k in range(n_folds):
            rows, held = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
            if len(np.unique(codes[rows])) > 1:
                model = clone(plain).fit(_safe_indexing(X, rows), y[rows])
                logits[held] = _logits(model, _safe_indexing(X, held), self.classes_)
        return logits

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn may expect: what the estimator inside accepts."""
        tags = super().__sklearn_tags__()
        inner = get_tags(Linear() if self.estimator is None else self.estimator)
        tags.input_tags = inner.input_tags
        tags.target_tags.required = True
        return tags


def _logits(model: Any, X: Any, classes: NDArray[Any]) -> NDArray[np.float64]:
    """Scores in the order of ``classes``; those the model never saw are as good as impossible."""
    if hasattr(model, "predict_proba"):
        own = np.log(np.clip(np.asarray(model.predict_proba(X), dtype=np.float64), _SMALLEST, 1.0))
    else:
        own = np.asarray(model.decision_function(X), dtype=np.float64)
        own = np.stack([-own / 2, own / 2], axis=1) if own.ndim == 1 else own
    logits = np.full((len(own), len(classes)), ABSENT_LOGIT)
    logits[:, np.searchsorted(classes, model.classes_)] = own
    return logits


_FITS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.int64]], Calibrator]] = MappingProxyType(
    {
        "temperature": lambda logits, y: Temperature(temperature=fit_temperature(logits, y, min_per_class=0)),
        "vector": lambda logits, y: fit_vector_scaling(
            logits, y, temperature=fit_temperature(logits, y, min_per_class=0)
        ),
        "matrix": lambda logits, y: fit_matrix_scaling(
            logits, y, temperature=fit_temperature(logits, y, min_per_class=0)
        ),
    }
)
