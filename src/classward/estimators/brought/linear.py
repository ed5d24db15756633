"""Linear models and networks → layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.estimators.brought.taught import Frozen, Taught
from classward.inference import LayersScorer, softmax

__all__ = ["freeze_linear", "freeze_network"]

_PROVED = 20_000

_Layers = tuple[tuple[NDArray[np.float64], ...], tuple[NDArray[np.float64], ...]]


def freeze_linear(model: Any, taught: Taught) -> Frozen:
    """Freeze anything with ``coef_`` and ``intercept_``: regression, discriminants, ridge, linear support vectors.

    Probabilities of several classes are either softmax of the sums or normalised shares of one-vs-rest; whichever
    repeats the estimator's answers is taken.
    """
    weights = np.atleast_2d(np.asarray(model.coef_, dtype=np.float64)).T
    bias = np.broadcast_to(np.asarray(model.intercept_, dtype=np.float64), weights.shape[1])
    layers = _both_sides((weights,), (bias,))
    rows = taught.some(_PROVED)
    if not hasattr(model, "predict_proba"):
        theirs = np.asarray(model.decision_function(rows)).reshape(len(rows), -1)
        scorer = _scorer(layers, taught, activation="identity", is_one_vs_rest=False)
        ours = scorer.logits(taught.features(rows))[:, taught.present]
        return Frozen(scorer=scorer, ours=ours[:, [1]] - ours[:, [0]] if theirs.shape[1] == 1 else ours, theirs=theirs)
    theirs = model.predict_proba(rows)
    together, each = (
        _proved(_scorer(layers, taught, activation="identity", is_one_vs_rest=rest), taught, rows, theirs)
        for rest in (False, True)
    )
    return each if _gap(each) < _gap(together) and len(taught.present) > 2 else together


def freeze_network(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``MLPClassifier`` with any of its activations."""
    weights = tuple(np.asarray(w, dtype=np.float64) for w in model.coefs_)
    biases = tuple(np.asarray(b, dtype=np.float64) for b in model.intercepts_)
    scorer = _scorer(_both_sides(weights, biases), taught, activation=model.activation, is_one_vs_rest=False)
    rows = taught.some(_PROVED)
    return _proved(scorer, taught, rows, model.predict_proba(rows))


def _proved(scorer: LayersScorer, taught: Taught, rows: NDArray[np.float64], theirs: NDArray[np.float64]) -> Frozen:
    ours = softmax(scorer.logits(taught.features(rows))[:, taught.present])
    return Frozen(scorer=scorer, ours=ours, theirs=theirs)


def _gap(frozen: Frozen) -> float:
    return float(np.abs(frozen.ours - frozen.theirs).max(initial=0.0))


def _both_sides(weights: tuple[NDArray[np.float64], ...], biases: tuple[NDArray[np.float64], ...]) -> _Layers:
    """One number for two classes, the log-odds of the second, becomes one for each."""
    last, bias = weights[-1], biases[-1]
    if last.shape[1] == 1:
        last, bias = np.concatenate([-last / 2, last / 2], axis=1), np.concatenate([-bias / 2, bias / 2])
    return (*weights[:-1], np.ascontiguousarray(last)), (*biases[:-1], np.ascontiguousarray(bias))


def _scorer(layers: _Layers, taught: Taught, *, activation: str, is_one_vs_rest: bool) -> LayersScorer:
    return LayersScorer(
        weights=layers[0], biases=layers[1], activation=activation, is_one_vs_rest=is_one_vs_rest,
        present=taught.columns, n_classes=taught.n_classes,
    )  # fmt: skip
