"""Fit a scorer by likeness: kernel ridge regression on class indicators, with its left-out scores for free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas, cho_solve, cholesky, lapack, solve_triangular
from scipy.optimize import minimize

from classward.inference import Features, LikenessScorer, bend, likeness, log_softmax, standardise

__all__ = ["LikenessFit", "LikenessSettings", "fit_likeness"]

_JITTER = 1e-3
_CURVE_ROWS = 4000
_NO_CLASS = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessSettings:
    """How to fit.

    Parameters
    ----------
    sharpness : float
        Likeness of two rows at the usual distance is ``exp(-sharpness)``.
    ridge : float
        How much is believed to be noise; larger is smoother.
    most_support : int
        Training rows that others are compared with; time grows with its square, memory of the model with it.
    """

    sharpness: float = 1.0
    ridge: float = 0.1
    most_support: int = 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessFit:
    """A scorer, and float64 logits (n, n_classes) of its own training rows, each fold scored without it."""

    scorer: LikenessScorer
    left_out: NDArray[np.float64]


def fit_likeness(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: LikenessSettings,
    fold: NDArray[np.int64],
    rng: np.random.Generator,
) -> LikenessFit:
    """Fit likeness to training rows: strong on sentence vectors, where neighbours mean the same.

    Not for raw tables: all columns count by their spread as it is. Leaving a fold out of ridge regression has a
    closed form, so cross-fitting costs little more than one fit; the support rows alone (not their labels) are shared
    between folds. Takes about ``n · most_support²`` multiplications (2.5 · 10¹¹ a second on two cores).

    Parameters
    ----------
    features : Features
        Training rows; the dense block is read.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order.
    n_classes : int
        Classes of the label space.
    settings : LikenessSettings
        Width, smoothness, size.
    fold : int array of shape (n,)
        Fold of each row, for the left-out logits.
    rng : numpy Generator
        Chooses the support rows, if there are more rows than those.

    References
    ----------
    Williams, Seeger (2001). Using the Nyström Method to Speed Up Kernel Machines. NeurIPS.
    """
    mean, scale = _spread(features.dense, settings.sharpness)
    rows = standardise(features.dense, mean, scale).astype(np.float32)
    target = np.full((features.n, n_classes), _NO_CLASS, dtype=np.float32)
    target[np.arange(features.n), y_index] = 1.0
    intercept = target.mean(axis=0)
    kept = np.sort(rng.permutation(features.n)[: settings.most_support])
    solve = _exact if len(kept) == features.n else _nystroem
    weights, sums = solve(rows, kept, target - intercept, settings.ridge, fold)
    left_out = sums + intercept
    is_absent = np.bincount(y_index, minlength=n_classes) == 0
    curve = _fit_curve(left_out, y_index, is_absent)
    scorer = LikenessScorer(
        mean=mean, scale=scale, support=rows[kept], weights=np.ascontiguousarray(weights, dtype=np.float32),
        intercept=intercept.astype(np.float64), curve=curve, is_absent=is_absent,
    )  # fmt: skip
    return LikenessFit(scorer=scorer, left_out=bend(left_out, curve, is_absent))


def _spread(dense: NDArray[np.float32], sharpness: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = ~np.isnan(dense)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, dense, 0.0).sum(axis=0, dtype=np.float64) / count
    centred = np.where(known, dense - mean, 0.0)
    usual = 2.0 * float((centred * centred).sum() / max(len(dense), 1))
    return mean, np.full(dense.shape[1], np.sqrt(max(usual, 1e-12) / sharpness))


def _likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    return likeness(a, b, (b * b).sum(axis=1))


def _exact(
    rows: NDArray[np.float32],
    kept: NDArray[np.int64],
    target: NDArray[np.float32],
    ridge: float,
    fold: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Weights of every row, and the sums each fold gets from the others: y - (K + ridge)⁻¹_ff⁻¹ · weights_f."""
    matrix = _likeness(rows, rows)
    matrix[np.diag_indices_from(matrix)] += ridge
    root, _ = lapack.spotrf(matrix, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(root, lower=1, overwrite_c=1)
    inverse = np.tril(inverse)
    inverse += np.tril(inverse, -1).T
    weights = inverse @ target
    sums = np.empty(target.shape)
    for held in np.unique(fold):
        at = np.flatnonzero(fold == held)
        sums[at] = target[at] - np.linalg.solve(inverse[np.ix_(at, at)], weights[at])
    return weights, sums


def _nystroem(
    rows: NDArray[np.float32],
    kept: NDArray[np.int64],
    target: NDArray[np.float32],
    ridge: float,
    fold: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The same with a part of the rows as support: leaving out a fold divides its residual by 1 - leverage."""
    support, eye = rows[kept], np.eye(len(kept), dtype=np.float32)
    root = cholesky(_likeness(support, support) + _JITTER * eye, lower=True)
    basis = solve_triangular(root, _likeness(support, rows), lower=True, overwrite_b=True, check_finite=False)
    gram = cholesky(blas.ssyrk(1.0, basis, lower=1) + ridge * eye, lower=True, overwrite_a=True, check_finite=False)
    inner = cho_solve((gram, True), basis @ target)
    residual = target - basis.T @ inner
    half = solve_triangular(gram, basis, lower=True, overwrite_b=True, check_finite=False)
    sums = np.empty(target.shape)
    for held in np.unique(fold):
        at = np.flatnonzero(fold == held)
        leverage = half[:, at].T @ half[:, at]
        sums[at] = target[at] - np.linalg.solve(np.eye(len(at)) - leverage, residual[at])
    return solve_triangular(root, inner, lower=True, trans=1), sums


def _fit_curve(
    sums: NDArray[np.float64], y_index: NDArray[np.int64], is_absent: NDArray[np.bool_]
) -> NDArray[np.float64]:
    step = 1 + len(y_index) // _CURVE_ROWS
    given, y = sums[::step], y_index[::step]

    def curve(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([np.exp(x[0]), np.exp(x[1]), x[2]])

    def loss(x: NDArray[np.float64]) -> float:
        return -float(log_softmax(bend(given, curve(x), is_absent))[np.arange(len(y)), y].mean())

    found = minimize(loss, np.array([0.5, 1.3, 0.2]), method="Nelder-Mead", options={"maxiter": 120, "xatol": 1e-2})
    return curve(found.x)
