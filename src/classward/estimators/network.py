"""Fit small networks with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits  # comes with scikit-learn

from classward.estimators.inner_fold import inner_fold
from classward.estimators.patience import Patience, Stop
from classward.estimators.rows import dense_rows
from classward.estimators.soft_loss import SoftLoss, spread
from classward.estimators.soft_network import SoftNetwork
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
    steadied : int
        Passes whose figures on the inner fold are averaged before they are compared: more for few, noisy rows.
    smoothing : float
        Share of each label that is spread over all classes.
    robustness : float
        How little rows that fit badly pull (:class:`~classward.estimators.soft_loss.SoftLoss`).
    """

    first: int = 192
    second: int = 96
    alpha: float = 3e-3
    learning_rate: float = 2e-3
    epochs: int = 60
    patience: int = 8
    steadied: int = 1
    smoothing: float = 0.0
    robustness: float = 0.0


def fit_network(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: NetworkSettings,
    seed: int,
    should_stop: Callable[[], bool],
    weight: NDArray[np.float64] | None = None,
    held: tuple[Features, NDArray[np.int64]] | None = None,
    noted: Callable[[Stop], None] = lambda stop: None,
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
    held : Features and int array, optional
        Rows that tell when to stop instead of the inner tenth, with their classes; they all count alike.
    noted : callable
        Told which pass was kept.

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
    fit, inner = inner_fold(y, np.random.default_rng(seed)) if held is None else (np.arange(len(y)), y[:0])
    held_rows, held_y, held_weight = rows[inner], y[inner], None if weight is None else weight[inner]
    if held is not None:
        known = np.flatnonzero(np.isin(held[1], present))
        held_rows, held_y = np.nan_to_num(dense_rows(held[0]))[known], np.searchsorted(present, held[1][known])
        held_weight = None
    checks = Features(n=len(held_y), dense=held_rows, sparse=Csr.empty(len(held_y)))
    one_pass = _learner(
        rows[fit], y[fit], None if weight is None else weight[fit], settings, len(present), len(rows), seed
    )
    seen = Patience(patience=settings.patience, steadied=settings.steadied, gain=_GAIN)
    mean, chosen = None, None
    with threadpool_limits(1, user_api="blas"):  # two threads make matrices this small nine times slower
        for _ in range(settings.epochs):
            scorer = _network(*one_pass(), present=present, n_classes=n_classes)
            mean = scorer if mean is None else _between(mean, scorer)
            score = _score(mean.logits(checks)[:, present], held_y, held_weight)
            if seen.saw(score):
                chosen = mean
            if (seen.is_over and len(held_y)) or should_stop():
                break
    found = chosen if len(held_y) else mean
    if found is None:
        raise ValueError(f"a network needs at least one pass, not {settings.epochs}")
    noted(seen.stop if len(held_y) else Stop(chosen=seen.n_steps, made=seen.n_steps))
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
    return _network(model.coefs_, model.intercepts_, present=present, n_classes=n_classes)


def _network(
    coefs: Sequence[NDArray[Any]], intercepts: Sequence[NDArray[Any]], *, present: NDArray[np.int64], n_classes: int
) -> NetworkScorer:
    weights, biases = list(coefs), list(intercepts)
    if weights[-1].shape[1] == 1 and len(present) == 2:  # one output, the log-odds of the second class
        weights[-1] = np.concatenate([-weights[-1] / 2, weights[-1] / 2], axis=1)
        biases[-1] = np.concatenate([-biases[-1] / 2, biases[-1] / 2])
    return NetworkScorer(
        weights=tuple(w.astype(np.float32) for w in weights),
        biases=tuple(b.astype(np.float32) for b in biases),
        present=present.astype(np.int32),
        n_classes=n_classes,
    )


def _learner(
    rows: NDArray[np.float32],
    y: NDArray[np.int64],
    weight: NDArray[np.float64] | None,
    settings: NetworkSettings,
    n_present: int,
    n_all: int,
    seed: int,
) -> Callable[[], tuple[Sequence[NDArray[Any]], Sequence[NDArray[Any]]]]:
    """What makes one pass over the rows and gives the layers: scikit-learn's network for plain cross-entropy."""
    batch = min(_LARGEST_BATCH, max(_SMALLEST_BATCH, n_all // _BATCHES), len(rows))
    hidden = (settings.first, settings.second)
    if not settings.smoothing and not settings.robustness:
        model = MLPClassifier(
            hidden, alpha=settings.alpha, learning_rate_init=settings.learning_rate, batch_size=batch, random_state=seed
        )

        def one_pass() -> tuple[Sequence[NDArray[Any]], Sequence[NDArray[Any]]]:
            model.partial_fit(rows, y, weight, classes=np.arange(n_present))
            return model.coefs_, model.intercepts_

        return one_pass
    soft = SoftNetwork(
        (rows.shape[1], *hidden, n_present), alpha=settings.alpha, learning_rate=settings.learning_rate,
        batch_rows=batch, loss=SoftLoss(robustness=settings.robustness), passes=settings.epochs,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    targets = spread(y, n_present, settings.smoothing)

    def soft_pass() -> tuple[Sequence[NDArray[Any]], Sequence[NDArray[Any]]]:
        soft.learn(rows, targets, weight)
        return [w for w, _ in soft.layers], [b for _, b in soft.layers]

    return soft_pass


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
