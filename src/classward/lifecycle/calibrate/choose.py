"""Choose and fit the calibrator of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from classward.errors import TooFewLabels
from classward.estimators import fit_matrix_scaling, fit_temperature, fit_vector_scaling
from classward.inference import ABSENT_LOGIT, Calibrator, Identity, Temperature

__all__ = ["Calibrated", "calibrate"]

_FOLDS, _FEW_FOLDS, _MANY_ROWS = 5, 3, 5_000
_FEWEST_ROWS = 2
_MOST_ROWS_TO_FIT = 10_000
_ROWS_TO_SCALE = 500
_MOST_CLASSES_FOR_MATRIX = 50
_SMALLEST = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A calibrator, its name, and how it does on rows it was not fitted on.

    ``proba`` (n_samples, n_classes) and ``log_loss`` (nats per row) are cross-fitted: each row is scored by a
    calibrator fitted without it.
    """

    calibrator: Calibrator
    name: str
    log_loss: float
    proba: NDArray[np.float64]


def calibrate(logits: NDArray[np.float64], y_index: NDArray[np.int64], *, rng: np.random.Generator) -> Calibrated:
    """Find the calibrator that scores best on rows it was not fitted on.

    No calibration and temperature scaling always compete; from 500 rows shrunk matrix scaling too, or vector scaling
    beyond 50 classes. On ties the simpler one wins. Vector and matrix scaling may change which class is
    predicted, a temperature never does. Rows of classes the model never saw in training say nothing about its scores:
    they are left out of fitting, yet count in the log loss. Beyond 10,000 rows a calibrator is fitted on as many, drawn
    at random: its few numbers gain nothing from more.

    Parameters
    ----------
    logits : float array of shape (n_samples, n_classes)
        Scores of rows the model was not trained on; columns in label-space order.
    y_index : int array of shape (n_samples,)
        True classes as columns in label-space order.
    rng : numpy Generator
        Deals the rows into folds.

    Raises
    ------
    TooFewLabels
        CW206 with fewer than two usable rows. Nothing is fitted.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017). On Calibration of Modern Neural Networks. ICML.
    """
    y = np.asarray(y_index, dtype=np.int64)
    is_usable = logits[np.arange(len(y)), y] > ABSENT_LOGIT
    n_usable = int(is_usable.sum())
    if n_usable < _FEWEST_ROWS:
        raise TooFewLabels(
            "CW206",
            "cannot calibrate",
            got=f"{n_usable} usable calibration rows of {len(y)}",
            why="whether probabilities are honest can only be seen on rows the model was not trained on",
            fix="give more labelled rows, or a larger calibration_share",
        )
    fold = rng.permutation(len(y)) % min(_FOLDS if len(y) < _MANY_ROWS else _FEW_FOLDS, len(y))
    names = _names(n_usable, logits)
    is_fitted_on = is_usable.copy()
    if n_usable > _MOST_ROWS_TO_FIT:
        is_fitted_on[rng.permutation(np.flatnonzero(is_usable))[_MOST_ROWS_TO_FIT:]] = False
    probas = _cross_fitted(names, logits, y, is_fitted_on, fold)
    scores = {name: _log_loss(proba, y) for name, proba in probas.items()}
    best = min(scores, key=lambda name: round(scores[name], 9))
    calibrator = _fit([best], logits[is_fitted_on], y[is_fitted_on])[best]
    return Calibrated(calibrator=calibrator, name=best, log_loss=scores[best], proba=probas[best])


def _names(n_usable: int, logits: NDArray[np.float64]) -> list[str]:
    names = ["none", "temperature"]
    if n_usable >= _ROWS_TO_SCALE:
        names.append("matrix scaling" if logits.shape[1] <= _MOST_CLASSES_FOR_MATRIX else "vector scaling")
    return names


def _log_loss(proba: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    return float(np.maximum(-np.log(np.maximum(proba[np.arange(len(y)), y], _SMALLEST)), 0.0).mean())


def _cross_fitted(
    names: list[str],
    logits: NDArray[np.float64],
    y: NDArray[np.int64],
    is_usable: NDArray[np.bool_],
    fold: NDArray[np.int64],
) -> dict[str, NDArray[np.float64]]:
    out = {name: np.empty(logits.shape) for name in names}
    for held in range(int(fold.max()) + 1):
        rows, left = (fold != held) & is_usable, np.flatnonzero(fold == held)
        fitted = _fit(names, logits[rows], y[rows]) if rows.any() else dict.fromkeys(names, Identity())
        for name in names:
            out[name][left] = fitted[name].apply(logits[left])
    return out


def _fit(names: list[str], logits: NDArray[np.float64], y: NDArray[np.int64]) -> dict[str, Calibrator]:
    if names == ["none"]:
        return {"none": Identity()}
    temperature = fit_temperature(logits, y, min_per_class=0)
    return {name: _FITS[name](logits, y, temperature) for name in names}


_FITS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.int64], float], Calibrator]] = MappingProxyType(
    {
        "none": lambda logits, y, temperature: Identity(),
        "temperature": lambda logits, y, temperature: Temperature(temperature=temperature),
        "vector scaling": lambda logits, y, temperature: fit_vector_scaling(logits, y, temperature=temperature),
        "matrix scaling": lambda logits, y, temperature: fit_matrix_scaling(logits, y, temperature=temperature),
    }
)
