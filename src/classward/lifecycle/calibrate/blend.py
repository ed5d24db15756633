"""How much each candidate counts in a blend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.estimators import fit_temperature
from classward.inference import Calibrator, FlooredTemperature

__all__ = ["Weighted", "weigh"]

_PICKS = 40
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Weights that sum to 1 (0 for candidates left out), the last calibrator, and the log loss reached.

    ``log_loss`` (nats per row) is of the blended rows that chose the weights: a little flattering, since a handful of
    numbers was chosen on them; ``proba`` (n_samples, n_classes) is what the blend says of them.
    """

    weights: tuple[float, ...]
    calibrator: Calibrator
    log_loss: float
    proba: NDArray[np.float64]


def weigh(probas: Sequence[NDArray[np.float64]], y_index: NDArray[np.int64]) -> Weighted:
    """Choose weights greedily: add, again and again, whichever candidate lowers the log loss of the mean most.

    At most 40 picks, with replacement; the best prefix is kept. The mean is then given a temperature and a floor of one
    part in n + 1, shared over the classes, so that no class is called impossible.

    Parameters
    ----------
    probas : sequence of float array of shape (n_samples, n_classes)
        Calibrated probabilities of each candidate, for rows it was neither trained nor calibrated on.
    y_index : int array of shape (n_samples,)
        True classes as columns in label-space order.

    References
    ----------
    Caruana, Niculescu-Mizil, Crew, Ksikes (2004). Ensemble selection from libraries of models. ICML.
    """
    y = np.asarray(y_index, dtype=np.int64)
    rows = np.arange(len(y))
    true = np.stack([proba[rows, y] for proba in probas])
    total, picks, curve = np.zeros(len(y)), [], []
    for step in range(_PICKS):
        losses = -np.log(np.maximum((total + true) / (step + 1), _SMALLEST)).mean(axis=1)
        best = int(np.argmin(losses))
        total += true[best]
        picks.append(best)
        curve.append(float(losses[best]))
    kept = picks[: int(np.argmin(np.round(curve, 9))) + 1]
    weights = np.bincount(kept, minlength=len(probas)) / len(kept)
    mean = np.sum([w * proba for w, proba in zip(weights, probas, strict=True) if w], axis=0)
    logits = np.log(np.maximum(mean, _SMALLEST))
    calibrator = FlooredTemperature(temperature=fit_temperature(logits, y, min_per_class=0), share=1.0 / (len(y) + 1.0))
    proba = calibrator.apply(logits)
    log_loss = float(-np.log(proba[rows, y]).mean())
    return Weighted(weights=tuple(weights.tolist()), calibrator=calibrator, log_loss=log_loss, proba=proba)
