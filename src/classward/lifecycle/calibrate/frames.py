"""Calibrate the binary questions of a frame one by one, and put them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import BinaryFigure, LabelSpace
from classward.estimators import fit_binary_scaling
from classward.inference import ABSENT_LOGIT, OrderScaling, RestScaling
from classward.lifecycle.calibrate.choose import Calibrated
from classward.statistics import calibration_report, log_losses

__all__ = ["FrameCalibrated", "binary_figures", "calibrate_frame", "put_together", "question_names"]

_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCalibrated:
    """The calibration of a frame, and what each question says, cross-fitted, of shape (n_samples, n_classes)."""

    calibrated: Calibrated
    yes: NDArray[np.float64]


def calibrate_frame(
    frame: str, logits: NDArray[np.float64], y_index: NDArray[np.int64], *, rng: np.random.Generator
) -> FrameCalibrated:
    """Fit slope and bias of every binary question on rows the models never saw.

    Parameters
    ----------
    frame : str
        ``one-vs-rest`` or ``ordinal``.
    logits : float array of shape (n_samples, n_classes)
        Log-odds of each question.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rng : numpy Generator
        Deals the rows into folds, so that the figures are of rows a scaling was not fitted on.
    """
    y = np.asarray(y_index, dtype=np.int64)
    fold = rng.permutation(len(y)) % min(_FOLDS, len(y))
    proba, yes = np.empty(logits.shape), np.empty(logits.shape)
    for held in range(int(fold.max()) + 1):
        left = fold == held
        part = _fit(frame, logits[~left], y[~left])
        proba[left], yes[left] = part.apply(logits[left]), part.yes(logits[left])
    loss = float(log_losses(proba, y).mean())
    found = Calibrated(calibrator=_fit(frame, logits, y), name="each question by itself", log_loss=loss, proba=proba)
    return FrameCalibrated(calibrated=found, yes=yes)


def put_together(frame: str, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of classes as the questions say them, uncalibrated: log-odds of a question are no scores of a class."""
    n_classes = logits.shape[1]
    kind = RestScaling if frame == "one-vs-rest" else OrderScaling
    return kind(slope=np.ones(n_classes), bias=np.zeros(n_classes)).apply(logits)


def question_names(frame: str, names: Sequence[str]) -> tuple[str, ...]:
    """What each column of a frame asks."""
    return tuple(f"{name} or rest" if frame == "one-vs-rest" else f"above {name}" for name in names)


def binary_figures(
    frame: str, yes: NDArray[np.float64], y_index: NDArray[np.int64], space: LabelSpace, *, rng: np.random.Generator
) -> tuple[BinaryFigure, ...]:
    """Calibration error of each binary question, before the answers are put together, beside that of a perfect one.

    Questions without a row on one of their sides are left out.
    """
    figures = []
    for column, asked in enumerate(question_names(frame, space.names)):
        truth = y_index == column if frame == "one-vs-rest" else y_index > column
        if truth.all() or not truth.any():
            continue
        found = calibration_report(np.clip(yes[:, column], 0.0, 1.0), truth, rng=rng)
        figures.append(
            BinaryFigure(
                question=asked, n=len(truth), n_yes=int(truth.sum()), ece=found.ece, ece_null_p95=found.ece_null_p95,
                verdict=found.verdict,
            )
        )  # fmt: skip
    return tuple(figures)


def _fit(frame: str, logits: NDArray[np.float64], y: NDArray[np.int64]) -> RestScaling | OrderScaling:
    slope, bias = np.ones(logits.shape[1]), np.zeros(logits.shape[1])
    for column in range(logits.shape[1]):
        is_asked = logits[:, column] > ABSENT_LOGIT
        truth = y == column if frame == "one-vs-rest" else y > column
        if is_asked.any():
            slope[column], bias[column] = fit_binary_scaling(logits[is_asked, column], truth[is_asked])
    return RestScaling(slope=slope, bias=bias) if frame == "one-vs-rest" else OrderScaling(slope=slope, bias=bias)
