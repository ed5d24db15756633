"""Words and letters of a text, weighed by a linear model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from classward.errors import WrongType
from classward.estimators.linear import LinearSettings, fit_linear
from classward.estimators.public.over_numbers import classes_of, seed_of
from classward.estimators.vocabulary import fit_text
from classward.inference import Columns, Featuriser, softmax

__all__ = ["LinearText"]


class LinearText(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """TF-IDF of words and of runs of letters with linear support vectors: hard to beat on short texts without an encoder.

    For columns beside the text use :class:`classward.TableFeaturiser` or :class:`classward.Classifier`. Probabilities are
    the softmax of margins and are not calibrated: wrap it in :class:`~classward.estimators.Calibrated` for that.

    Parameters
    ----------
    c : float, default=0.3
        Inverse strength of regularisation.
    iterations : int, default=1000
        Most passes over the rows.
    most_terms : int, default=65536
        Most words, and most runs of letters, to know.
    random_state : int, RandomState or None, default=0
        Order of rows in the solver.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.

    Examples
    --------
    >>> texts = ["refund my order", "card was lost", "app crashes daily"] * 3
    >>> model = LinearText().fit(texts, ["refund", "card", "bug"] * 3)
    >>> [str(name) for name in model.predict(["I lost the card", "it crashes"])]
    ['card', 'bug']
    """

    def __init__(
        self,
        c: float = 0.3,
        *,
        iterations: int = 1000,
        most_terms: int = 65_536,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.c = c
        self.iterations = iterations
        self.most_terms = most_terms
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearText:
        """Fit on one text per row; a missing text is ``None``.

        Raises
        ------
        TypeError
            ``WrongType`` CW225 if something else than texts is given.
        ValueError
            ``NotMulticlass`` CW201 with a single class; ``DataError`` CW230 if no text holds a word.
        """
        columns, n = _texts(X)
        y = column_or_1d(y, warn=True)
        check_consistent_length(columns["text"], y)
        check_classification_targets(y)
        self.classes_, codes = classes_of(y)
        self.featuriser_ = Featuriser(texts=(fit_text("text", columns["text"], most_terms=self.most_terms),))
        self.scorer_ = fit_linear(
            self.featuriser_.transform(columns, n), codes, n_classes=len(self.classes_), seed=seed_of(self.random_state),
            settings=LinearSettings(c=self.c, iterations=self.iterations),
            weight=None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64),
        )  # fmt: skip
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of shape (n_samples, n_classes), columns as ``classes_``; not calibrated."""
        check_is_fitted(self, "scorer_")
        columns, n = _texts(X)
        return softmax(self.scorer_.logits(self.featuriser_.transform(columns, n)))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row."""
        proba = self.predict_proba(X)
        return np.asarray(self.classes_[proba.argmax(axis=1)])

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn may expect: texts, not a matrix."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _texts(X: Any) -> tuple[Columns, int]:
    values = X if isinstance(X, Sequence) and not isinstance(X, str | bytes) else getattr(X, "tolist", lambda: None)()
    if values is None:
        values = X.to_list() if hasattr(X, "to_list") else [X]
    wrong = next((type(v).__name__ for v in values if v is not None and not isinstance(v, str)), None)
    if isinstance(X, str | bytes) or wrong is not None:
        raise WrongType(
            "CW225",
            "one text per row is wanted",
            got=wrong or type(X).__name__,
            fix="pass a list, series or one-dimensional array of texts; for several columns use classward.TableFeaturiser",
        )
    return {"text": values}, len(values)
