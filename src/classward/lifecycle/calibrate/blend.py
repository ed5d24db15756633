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
_DEALT = 5
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Weights that sum to 1 (0 for candidates left out), the last calibrator, and the log loss reached.

    ``proba`` (n_samples, n_classes) is what blends say of the rows, each with weights and calibrator of the other folds;
    ``log_loss`` (nats per row) is theirs. So neither is flattered by a choice on these rows.
    """

    weights: tuple[float, ...]
    calibrator: Calibrator
    log_loss: float
    proba: NDArray[np.float64]


def weigh(
    probas: Sequence[NDArray[np.float64]], y_index: NDArray[np.int64], *, fold: NDArray[np.int64] | None = None
) -> Weighted:
    """Choose weights greedily: add, again and again, whichever candidate lowers the log loss of the mean most.

    At most 40 picks, with replacement; the best prefix is kept. The mean is then given a temperature and a floor of one
    part in n + 1, shared over the classes, so that no class is called impossible. Beyond 20,000 rows, that many evenly
    spaced ones choose.

    Parameters
    ----------
    probas : sequence of float array of shape (n_samples, n_classes)
        Calibrated probabilities of each candidate, for rows it was neither trained nor calibrated on.
    y_index : int array of shape (n_samples,)
        True classes as columns in label-space order.
    fold : int array of shape (n_samples,), optional
        Rows that stay together while what is said of them is chosen without them; dealt in turn without it, or if there
        is a single one.

    References
    ----------
    Caruana, Niculescu-Mizil, Crew, Ksikes (2004). Ensemble selection from libraries of models. ICML.
    """
    y, every = np.asarray(y_index, dtype=np.int64), np.arange(len(y_index))
    if fold is None or len(np.unique(fold)) < 2:
        fold = every % min(_DEALT, len(y))
    weights, calibrator = _chosen(probas, y, every)
    out = np.empty(probas[0].shape)
    for held in np.unique(fold):
        others, mine = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        apart, scaling = _chosen(probas, y, others) if len(others) else (weights, calibrator)
        out[mine] = scaling.apply(_blended(probas, apart, mine))
    log_loss = float(-np.log(out[every, y]).mean())
    return Weighted(weights=tuple(weights.tolist()), calibrator=calibrator, log_loss=log_loss, proba=out)


def _chosen(
    probas: Sequence[NDArray[np.float64]], y_index: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], FlooredTemperature]:
    """Weights and calibrator that do best on some rows."""
    share = 1.0 / (len(rows) + 1.0)
    rows = rows[:: -(-len(rows) // _MOST_ROWS)]
    y = y_index[rows]
    true = np.stack([proba[rows, y] for proba in probas])
    total, picks, curve = np.zeros(len(y)), [], []
    for step in range(_PICKS if len(probas) > 1 else 1):
        losses = -np.log(np.maximum((total + true) / (step + 1), _SMALLEST)).mean(axis=1)
        best = int(np.argmin(losses))
        total += true[best]
        picks.append(best)
        curve.append(float(losses[best]))
    kept = picks[: int(np.argmin(np.round(curve, 9))) + 1]
    weights = np.bincount(kept, minlength=len(probas)) / len(kept)
    temperature = fit_temperature(_blended(probas, weights, rows), y, min_per_class=0)
    return weights, FlooredTemperature(temperature=temperature, share=share)


def _blended(
    probas: Sequence[NDArray[np.float64]], weights: NDArray[np.float64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Logarithm of the weighted mean of some rows."""
    mean = np.sum([w * proba[rows] for w, proba in zip(weights, probas, strict=True) if w], axis=0)
    return np.asarray(np.log(np.maximum(mean, _SMALLEST)))
