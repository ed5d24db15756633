"""Fit kernel support vector machines with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from classward.errors import DataError
from classward.estimators.rows import dense_rows
from classward.inference import Features, KernelScorer

__all__ = ["KernelSettings", "fit_kernel", "kernel_scorer"]

_MOST_ROWS = 30_000
_CACHE_MB = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSettings:
    """How to fit: inverse strength of regularisation, and width of the kernel relative to the features' variance."""

    c: float = 6.0
    width: float = 1.0


def fit_kernel(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: KernelSettings,
    weight: NDArray[np.float64] | None = None,
) -> KernelScorer:
    """Fit one machine per pair of classes over a radial kernel.

    Strong where classes are smooth regions of a few dozen features. It wants features of like scale without gaps:
    ``fit_smooth_featuriser`` makes them. Not interruptible; time grows with the square of the rows or faster. No random
    number is drawn.

    Parameters
    ----------
    features : Features
        Training rows, at most 30,000; sparse columns are made dense. A missing value counts as 0.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space; those without a row get a very low constant logit.
    settings : KernelSettings
        Strength and width.
    weight : float array of shape (n,), optional
        How much each row counts; all alike without it.

    Returns
    -------
    KernelScorer
        Its margins equal scikit-learn's one-against-one ``decision_function`` within 1e-6.

    Raises
    ------
    DataError
        CW240 for more than 30,000 rows; CW248 if the features are too many to be made dense.
    """
    if features.n > _MOST_ROWS:
        raise DataError(
            "CW240",
            "too many rows for a kernel model",
            got=f"{features.n} rows; at most {_MOST_ROWS}",
            why="every row is compared with every other, in training and again for each answer",
            fix="use the families 'lightgbm', 'forest' or 'network', or train on a sample of the rows",
        )
    rows = np.nan_to_num(dense_rows(features).astype(np.float64))
    present, y = np.unique(y_index, return_inverse=True)
    model = SVC(C=settings.c, gamma=_gamma(rows, settings.width), decision_function_shape="ovo", cache_size=_CACHE_MB)
    return kernel_scorer(model.fit(rows, y, sample_weight=weight), present=present, n_classes=n_classes)


def kernel_scorer(model: SVC, *, present: NDArray[np.int64], n_classes: int) -> KernelScorer:
    """Take the support vectors out of a fitted ``SVC`` with a radial kernel.

    Parameters
    ----------
    model : SVC
        Fitted on values that float32 holds exactly.
    present : int array
        Label-space column of each of the model's classes.
    n_classes : int
        Classes of the label space.
    """
    sign = -1.0 if len(present) == 2 else 1.0  # of two classes the library asks for the second
    return KernelScorer(
        vectors=model.support_vectors_.astype(np.float32),
        weights=np.ascontiguousarray(sign * model.dual_coef_.T),
        counts=model.n_support_.astype(np.int32),
        intercept=sign * model.intercept_,
        gamma=float(model._gamma),
        present=present.astype(np.int32),
        n_classes=n_classes,
    )


def _gamma(rows: NDArray[np.float64], width: float) -> float:
    """scikit-learn's ``scale``: one over the number of features times their common variance."""
    variance = float(rows.var())
    return 1.0 / (width * rows.shape[1] * variance) if variance > 0.0 else 1.0
