"""Fit small networks with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits  # comes with scikit-learn

from classward.estimators.inner_fold import inner_fold
from classward.estimators.rows import dense_rows
from classward.inference import Csr, Features, NetworkScorer, log_softmax

__all__ = ["NetworkSettings", "fit_network", "network_scorer"]

_SMALLEST_BATCH, _LARGEST_BATCH, _BATCHES = 32, 128, 40
_GAIN = 1e-4
_LOSS_SHARE = 0.1
_HALF = np.float32(0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How to fit.

    Parameters
    ----------
    first, second : int
        Width of the two hidden layers.
    alpha : float
        Strength of regularisation.
    learning_rate : float
        Step of the Adam optimiser.
    epochs : int
        Most passes over the rows.
    patience : int
        Passes without a gain on the inner fold after which to stop.
    """

    first: int = 192
    second: int = 96
    alpha: float = 3e-3
    learning_rate: float = 2e-3
    epochs: int = 60
    patience: int = 8


def fit_network(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: NetworkSettings,
    seed: int,
    should_stop: Callable[[], bool],
    weight: NDArray[np.float64] | None = None,
) -> NetworkScorer:
    """Fit two hidden layers until an inner stratified tenth of the rows is no longer classified better.

    After each pass the weights are averaged with the mean of the passes before, which steadies the choice of the best
    pass. Strong where classes are smooth functions of many features. It wants features of like scale without gaps:
    ``fit_smooth_featuriser`` makes them. The same rows, settings and seed give the same network on one machine and
    library; between processors the order of sums may differ.

    Parameters
    ----------
    features : Features
        Training rows; sparse columns are made dense, so there should be few. A missing value counts as 0.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space; those without a row get a very low constant logit.
    settings : NetworkSettings
        Size and steps.
    seed : int
        First weights, order of rows, inner fold.
    should_stop : callable
        Asked after every pass; ``True`` keeps the best pass so far.
    weight : float array of shape (n,), optional
        How much each row counts; all alike without it.

    Returns
    -------
    NetworkScorer
        The mean that was best on the inner fold, or the last one if there are too few rows for an inner fold.

    Raises
    ------
    DataError
        CW248 if the features are too many to be made dense.
    """
    rows = np.nan_to_num(dense_rows(features))
    present, y = np.unique(y_index, return_inverse=True)
    fit, held = inner_fold(y, np.random.default_rng(seed))
    checks = Features(n=len(held), dense=rows[held], sparse=Csr.empty(len(held)))
    model = _model(settings, n_rows=len(rows), n_fit=len(fit), seed=seed)
    best, waited, mean, chosen = -np.inf, 0, None, None
    with threadpool_limits(1, user_api="blas"):  # two threads make matrices this small nine times slower
        for _ in range(settings.epochs):
            model.partial_fit(
                rows[fit], y[fit], None if weight is None else weight[fit], classes=np.arange(len(present))
            )
            scorer = network_scorer(model, present=present, n_classes=n_classes)
            mean = scorer if mean is None else _between(mean, scorer)
            score = _score(mean.logits(checks)[:, present], y[held], None if weight is None else weight[held])
            waited = 0 if score > best + _GAIN else waited + 1
            if score > best:
                best, chosen = score, mean
            if (waited > settings.patience and len(held)) or should_stop():
                break
    found = chosen if len(held) else mean
    if found is None:
        raise ValueError(f"a network needs at least one pass, not {settings.epochs}")
    return found


def network_scorer(model: MLPClassifier, *, present: NDArray[np.int64], n_classes: int) -> NetworkScorer:
    """Take the layers out of a fitted ``MLPClassifier``.

    Parameters
    ----------
    model : MLPClassifier
        With ReLU between its layers.
    present : int array
        Label-space column of each of the model's classes.
    n_classes : int
        Classes of the label space.
    """
    weights, biases = list(model.coefs_), list(model.intercepts_)
    if len(present) == 2:  # one output, the log-odds of the second class
        weights[-1] = np.concatenate([-weights[-1] / 2, weights[-1] / 2], axis=1)
        biases[-1] = np.concatenate([-biases[-1] / 2, biases[-1] / 2])
    return NetworkScorer(
        weights=tuple(w.astype(np.float32) for w in weights),
        biases=tuple(b.astype(np.float32) for b in biases),
        present=present.astype(np.int32),
        n_classes=n_classes,
    )


def _model(settings: NetworkSettings, *, n_rows: int, n_fit: int, seed: int) -> MLPClassifier:
    return MLPClassifier(
        (settings.first, settings.second),
        alpha=settings.alpha,
        learning_rate_init=settings.learning_rate,
        batch_size=min(_LARGEST_BATCH, max(_SMALLEST_BATCH, n_rows // _BATCHES), n_fit),
        random_state=seed,
    )


def _between(one: NetworkScorer, other: NetworkScorer) -> NetworkScorer:
    """The network whose every weight lies halfway."""
    return replace(
        one,
        weights=tuple(_HALF * (a + b) for a, b in zip(one.weights, other.weights, strict=True)),
        biases=tuple(_HALF * (a + b) for a, b in zip(one.biases, other.biases, strict=True)),
    )


def _score(logits: NDArray[np.float64], y: NDArray[np.int64], weight: NDArray[np.float64] | None) -> float:
    """Accuracy, and among equals the better log loss; rows count as they do in the fit."""
    if not len(y):
        return 0.0
    loss = -log_softmax(logits)[np.arange(len(y)), y]
    return float(np.average((logits.argmax(axis=1) == y) - _LOSS_SHARE * loss, weights=weight))
