"""Fit an estimator that somebody brought."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from classward.errors import DataError
from classward.estimators.brought.freeze import freeze
from classward.estimators.brought.named import BroughtSettings, build
from classward.estimators.brought.taught import Taught
from classward.estimators.rows import dense_rows
from classward.inference import Features, Scorer

__all__ = ["fit_brought"]


def fit_brought(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: BroughtSettings,
    seed: int,
    n_threads: int,
    weight: NDArray[np.float64] | None = None,
) -> Scorer:
    """Fit any estimator in scikit-learn's style, and freeze it.

    It sees a dense matrix without gaps and classes numbered from 0, only those that have rows; so settings that name
    classes, such as weights by class, mean those numbers. Not interruptible.

    Parameters
    ----------
    features : Features
        Training rows; sparse columns are made dense. A missing value counts as 0.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space; those without a row get a very low constant logit.
    settings : BroughtSettings
        Which estimator.
    seed, n_threads : int
        Its ``random_state`` and ``n_jobs``, where it has them and the settings say nothing.
    weight : float array of shape (n,), optional
        How much each row counts; all alike without it.

    Returns
    -------
    Scorer
        Answers as the estimator does on its training rows: probabilities, or scores where it has none, within 1e-6
        (:func:`~classward.estimators.brought.freeze.freeze`).

    Raises
    ------
    DataError
        CW343 if it cannot be frozen, CW344 if it fails or knows other classes afterwards, CW345 if its frozen form
        answers otherwise, CW248 if the features are too many to be made dense.
    UsageError
        CW340, CW342 for a name or settings that do not exist.
    """
    rows = np.nan_to_num(dense_rows(features)).astype(np.float64)
    present, code = np.unique(y_index, return_inverse=True)
    model = build(settings, seed=seed, n_threads=n_threads)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # iterations are settings
            model.fit(rows, code, **({} if weight is None else {_weight_name(model): weight}))
    except (ValueError, TypeError, RuntimeError, AttributeError, LookupError, ArithmeticError) as error:
        raise _failed(model, str(error).strip().splitlines()[0] if str(error) else type(error).__name__) from error
    if not np.array_equal(getattr(model, "classes_", ()), np.arange(len(present))):
        raise _failed(model, f"its classes_ are not those of the {len(present)} classes it was shown")
    return freeze(model, Taught(rows=rows, code=code, present=present, n_classes=n_classes))


def _weight_name(model: Any) -> str:
    return f"{model.steps[-1][0]}__sample_weight" if isinstance(model, Pipeline) else "sample_weight"


def _failed(model: Any, got: str) -> DataError:
    return DataError(
        "CW344",
        f"{type(model).__name__} could not be fitted",
        got=got[:300],
        fix="change its settings; it sees a dense matrix of numbers, normal scores of ranks and indicators, and classes "
        "from 0",
    )
