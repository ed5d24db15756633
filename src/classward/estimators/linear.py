"""Fit linear scorers with scikit-learn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classward.estimators.soft_loss import SoftLoss, spread
from classward.estimators.softmax_linear import fit_softmax
from classward.inference import ABSENT_LOGIT, Features, LinearScorer, standardise

__all__ = ["LinearSettings", "fit_linear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearSettings:
    """How to fit.

    Parameters
    ----------
    solver : str
        ``svc``: one-vs-rest linear support vectors, for wide sparse features such as text; ``logistic``: multinomial
        logistic regression, for tables; ``softmax``: the same loss for either, with the two settings below.
    c : float
        Inverse strength of regularisation.
    iterations : int
        Most passes over the rows.
    smoothing : float
        Share of each label that is spread over all classes; ``softmax`` alone.
    robustness : float
        How little rows that fit badly pull (:class:`~classward.estimators.soft_loss.SoftLoss`); ``softmax`` alone.
    """

    solver: str = "svc"
    c: float = 0.3
    iterations: int = 1000
    smoothing: float = 0.0
    robustness: float = 0.0


def fit_linear(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: LinearSettings,
    seed: int,
    weight: NDArray[np.float64] | None = None,
    targets: NDArray[np.float64] | None = None,
) -> LinearScorer:
    """Fit one weight per feature and class.

    Not interruptible: bound it by ``iterations``. Classes without a row get a very low constant logit.

    Parameters
    ----------
    features : Features
        Training rows.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space.
    settings : LinearSettings
        Solver and its strength.
    seed : int
        Order in which the support vector solver visits rows.
    weight : float array of shape (n,), optional
        How much each row counts; all alike without it.
    targets : float array of shape (n, n_classes), optional
        Soft targets instead of ``y_index``, which still says which classes have rows; ``softmax`` alone.

    Returns
    -------
    LinearScorer
        ``logits`` equal scikit-learn's ``decision_function`` within 1e-5.
    """
    mean, scale = _moments(features.dense)
    matrix = _design(features, standardise(features.dense, mean, scale))
    present, y = np.unique(y_index, return_inverse=True)
    if settings.solver == "softmax":
        aims = spread(y, len(present), settings.smoothing) if targets is None else targets[:, present]
        coef, bias = fit_softmax(
            matrix, aims, c=settings.c, iterations=settings.iterations, weight=weight,
            loss=SoftLoss(robustness=settings.robustness),
        )  # fmt: skip
        return _scorer(mean, scale, coef.T, bias, present, n_classes)
    model = _estimator(settings, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # iterations are part of the plan
        model.fit(matrix, y, sample_weight=weight)
    coef, bias = _both_sides(model.coef_, model.intercept_)
    return _scorer(mean, scale, coef, bias, present, n_classes)


def _scorer(
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
    coef: NDArray[np.float64],
    bias: NDArray[np.float64],
    present: NDArray[np.int64],
    n_classes: int,
) -> LinearScorer:
    weights = np.zeros((coef.shape[1], n_classes), dtype=np.float32)
    intercept = np.full(n_classes, ABSENT_LOGIT)
    weights[:, present] = coef.T
    intercept[present] = bias
    return LinearScorer(mean=mean, scale=scale, weights=weights, intercept=intercept)


def _estimator(settings: LinearSettings, seed: int) -> Any:
    if settings.smoothing or settings.robustness:
        raise ValueError(f"smoothing and robustness need the solver 'softmax', not {settings.solver!r}")
    if settings.solver == "logistic":
        return LogisticRegression(C=settings.c, max_iter=settings.iterations, tol=1e-4)
    if settings.solver == "svc":
        return LinearSVC(C=settings.c, max_iter=settings.iterations, tol=1e-3, dual=True, random_state=seed)
    raise ValueError(f"no linear solver is called {settings.solver!r}; there are 'svc', 'logistic', 'softmax'")


def _moments(dense: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = ~np.isnan(dense)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, dense, 0.0).astype(np.float64)
    mean = filled.sum(axis=0) / count
    centred = np.where(known, filled - mean, 0.0)
    scale = np.sqrt((centred * centred).sum(axis=0) / count)
    tiny = scale <= 1e-12 * np.maximum(1.0, np.abs(mean))
    return mean, np.where(tiny, 1.0, scale)


def _design(features: Features, dense: NDArray[np.float64]) -> Any:
    sparse = features.sparse
    if not sparse.n_columns:
        return dense
    # Indices are int32 and data float64, as scikit-learn wants them: it then takes the arrays as they are.
    data = sparse.data.astype(np.float64)
    matrix = sp.csr_matrix(
        (data, sparse.indices, sparse.indptr.astype(np.int32)), shape=(sparse.n, sparse.n_columns), copy=False
    )
    if not dense.shape[1]:
        return matrix
    joined = sp.hstack([sp.csr_matrix(dense), matrix], format="csr")
    joined.indices, joined.indptr = joined.indices.astype(np.int32), joined.indptr.astype(np.int32)
    return joined


def _both_sides(
    coef: NDArray[np.float64], bias: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(coef) > 1:
        return coef, bias
    return np.concatenate([-coef / 2, coef / 2]), np.concatenate([-bias / 2, bias / 2])
