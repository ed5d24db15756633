"""Choose and fit the calibrator of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.errors import TooFewLabels
from classward.estimators import fit_temperature, fit_vector_scaling
from classward.inference import ABSENT_LOGIT, Calibrator, FittedModel, Identity, Temperature, log_softmax

__all__ = ["Calibrated", "calibrate"]

_FOLDS = 5
_FEWEST_ROWS = 2
_ROWS_FOR_VECTOR = 500
_MOST_NATS = -float(np.log(1e-15))

_Fit = Callable[[NDArray[np.float64], NDArray[np.int64]], Calibrator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A model with its calibrator, the calibrator's name, and the log loss it can be expected to have.

    ``log_loss`` (nats per row) is cross-fitted: each row is scored by a calibrator fitted without it.
    """

    model: FittedModel
    name: str
    log_loss: float


def calibrate(
    model: FittedModel, *, logits: NDArray[np.float64], y_index: NDArray[np.int64], rng: np.random.Generator
) -> Calibrated:
    """Give a model the calibrator that scores best on rows it was not fitted on.

    No calibration and temperature scaling always compete, shrunk vector scaling from 500 rows; on ties the simpler
    one wins. A vector scaling may change which class is predicted, a temperature never does. Rows of classes the
    model never saw in training say nothing about its scores: they are left out of fitting, yet count in the log loss.

    Parameters
    ----------
    model : FittedModel
        Uncalibrated.
    logits : float array of shape (n_samples, n_classes)
        Its scores on the calibration fold.
    y_index : int array of shape (n_samples,)
        True classes as columns in label-space order.
    rng : numpy Generator
        Deals the rows into folds.

    Raises
    ------
    TooFewLabels
        CW206 with fewer than two usable rows. Nothing is fitted.
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
    fold = rng.permutation(len(y)) % min(_FOLDS, len(y))
    names = ["none", "temperature"] + (["vector scaling"] if n_usable >= _ROWS_FOR_VECTOR else [])
    scores = {name: _cross_fitted(_FITS[name], logits, y, is_usable, fold) for name in names}
    best = min(names, key=lambda name: round(scores[name], 9))
    calibrator = _FITS[best](logits[is_usable], y[is_usable])
    return Calibrated(model=replace(model, calibrator=calibrator), name=best, log_loss=scores[best])


def _cross_fitted(
    fit: _Fit,
    logits: NDArray[np.float64],
    y: NDArray[np.int64],
    is_usable: NDArray[np.bool_],
    fold: NDArray[np.int64],
) -> float:
    nats = np.empty(len(y))
    for held in range(int(fold.max()) + 1):
        rows, out = (fold != held) & is_usable, np.flatnonzero(fold == held)
        calibrator = fit(logits[rows], y[rows]) if rows.any() else Identity()
        nats[out] = -log_softmax(calibrator.rescale(logits[out]))[np.arange(len(out)), y[out]]
    return float(np.minimum(nats, _MOST_NATS).mean())


def _none(logits: NDArray[np.float64], y: NDArray[np.int64]) -> Calibrator:
    return Identity()


def _temperature(logits: NDArray[np.float64], y: NDArray[np.int64]) -> Calibrator:
    return Temperature(temperature=fit_temperature(logits, y, min_per_class=0))


def _vector(logits: NDArray[np.float64], y: NDArray[np.int64]) -> Calibrator:
    return fit_vector_scaling(logits, y, temperature=fit_temperature(logits, y, min_per_class=0))


_FITS: dict[str, _Fit] = {"none": _none, "temperature": _temperature, "vector scaling": _vector}
