"""Fit gradient-boosted trees with LightGBM and take them out as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import scipy.sparse as sp
from lightgbm.callback import CallbackEnv, EarlyStopException
from numpy.typing import NDArray

from classward.estimators.inner_fold import inner_fold
from classward.estimators.patience import Patience, Stop
from classward.estimators.soft_loss import SoftLoss, spread
from classward.estimators.tree_arrays import scorer_from_dump
from classward.inference import Features, TreeScorer, log_softmax, softmax

__all__ = ["TreeSettings", "fit_trees"]

_ROWS_PER_CATEGORY = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSettings:
    """How to fit.

    Parameters
    ----------
    iterations : int
        Most boosting rounds.
    learning_rate : float
        Step of a round. With many classes each round makes many trees: 0.06 suits up to eight, 0.12 more.
    leaves, fewest_rows : int
        Most leaves of a tree, fewest training rows of a leaf.
    patience : int
        Rounds without gain after which to stop.
    steadied : int
        Rounds whose figures on held rows are averaged before they are compared: more for few, noisy rows.
    smoothing : float
        Share of each label that is spread over all classes.
    robustness : float
        How little rows that fit badly pull (:class:`~classward.estimators.soft_loss.SoftLoss`).
    row_share, column_share : float
        Of the rows of each round, and of the features of each tree.
    l2 : float
        Strength of regularisation of the leaves.
    category_smooth : float
        How strongly the statistics of rare categories are drawn to the middle.
    """

    iterations: int = 600
    learning_rate: float = 0.06
    leaves: int = 31
    fewest_rows: int = 10
    patience: int = 25
    steadied: int = 1
    smoothing: float = 0.0
    robustness: float = 0.0
    row_share: float = 0.85
    column_share: float = 0.75
    l2: float = 1.0
    category_smooth: float = 20.0


def fit_trees(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: TreeSettings,
    seed: int,
    n_threads: int,
    should_stop: Callable[[], bool],
    codes: tuple[int, ...] = (),
    held: tuple[Features, NDArray[np.int64]] | None = None,
    weight: NDArray[np.float64] | None = None,
    targets: NDArray[np.float64] | None = None,
    noted: Callable[[Stop], None] = lambda stop: None,
) -> TreeScorer:
    """Boost trees until rows that are held out are no longer answered better.

    The same rows, settings and seed give the same trees, whatever the number of threads. Classes without a row get a
    very low constant logit.

    Parameters
    ----------
    features : Features
        Training rows; NaN is learned as missing.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space.
    settings : TreeSettings
        Size of the ensemble.
    seed : int
        Chooses the inner fold, and each round's rows and features.
    n_threads : int
        Threads LightGBM may use.
    should_stop : callable
        Asked after every round; ``True`` keeps the rounds made so far.
    codes : tuple of int
        Columns that hold codes of categories; a cut may then take any set of them.
    held : Features and int array, optional
        Rows that tell when to stop, with their classes. Without them an inner stratified tenth of the training rows is
        held out. A figure measured on rows that chose the number of rounds is a little too good.
    weight : float array of shape (n,), optional
        How much each training row counts; held rows all count alike.
    targets : float array of shape (n, n_classes), optional
        Soft targets instead of ``y_index``, which still says which classes have rows and when to stop.
    noted : callable
        Told which round was kept.

    Returns
    -------
    TreeScorer
        The rounds up to the best one; their number is ``n_rounds``. ``logits`` equal the booster's raw scores within
        1e-9.
    """
    present, y = np.unique(y_index, return_inverse=True)
    params = _params(settings, len(present), seed, n_threads)
    matrix = _matrix(features, codes)
    rows, held_matrix, held_y, held_weight = np.arange(len(y)), None, np.zeros(0, np.int64), None
    if held is not None:
        known = np.flatnonzero(np.isin(held[1], present))
        held_matrix, held_y = _matrix(held[0], codes)[known], np.searchsorted(present, held[1][known])
    if not len(held_y):
        rows, inner = inner_fold(y, np.random.default_rng(seed))
        held_matrix, held_y, held_weight = matrix[inner], y[inner], None if weight is None else weight[inner]
    weights = None if weight is None else weight[rows]
    train = lightgbm.Dataset(
        matrix[rows], label=y[rows], weight=weights, params=params, categorical_feature=list(codes)
    )
    callbacks: list[Callable[..., Any]] = [_stopper(should_stop)]
    seen, valid = Patience(patience=settings.patience - 1, steadied=settings.steadied), []
    feval = None
    if settings.smoothing or settings.robustness or targets is not None:
        aims = spread(y, len(present), settings.smoothing) if targets is None else targets[:, present]
        params |= {"objective": _objective(aims[rows], weights, settings.robustness), "metric": "none"}
        feval = _log_loss
    if len(held_y):
        valid = [train.create_valid(held_matrix, label=held_y, weight=held_weight)]
        callbacks.append(_follower(seen))
    booster = lightgbm.train(
        params, train, num_boost_round=settings.iterations, valid_sets=valid, callbacks=callbacks, feval=feval
    )
    rounds = booster.best_iteration if booster.best_iteration > 0 else seen.best_step or booster.current_iteration()
    noted(Stop(chosen=rounds, made=booster.current_iteration()))
    return scorer_from_dump(
        booster.dump_model(num_iteration=rounds), present=present, n_classes=n_classes, n_columns=features.n_columns
    )


_Objective = Callable[[NDArray[np.float64], Any], tuple[NDArray[np.float64], NDArray[np.float64]]]


def _objective(targets: NDArray[np.float64], weight: NDArray[np.float64] | None, robustness: float) -> _Objective:
    """Slope and curvature of a soft loss, for each row and class; a robust one is scaled to pull 1 on average."""
    loss = SoftLoss(robustness=robustness)
    k = targets.shape[1]

    def slopes(logits: NDArray[np.float64], data: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        logits = np.asarray(logits, dtype=np.float64).reshape(targets.shape)
        proba = softmax(logits)
        _, pull = loss.value_and_pull(logits, targets)
        counts = np.ones(len(targets)) if weight is None else weight.copy()
        if robustness:
            agreed = np.maximum((targets * proba).sum(axis=1), 1e-12) ** robustness
            pull /= agreed.mean()
            counts *= agreed / agreed.mean()
            pull *= 1.0 if weight is None else weight[:, None]
        else:
            pull *= counts[:, None]
        curve = np.maximum(proba * (1.0 - proba), 1e-16) * (k / max(k - 1, 1)) * counts[:, None]
        return pull, curve

    return slopes


def _log_loss(logits: NDArray[np.float64], data: Any) -> tuple[str, float, bool]:
    y = data.get_label().astype(np.int64)
    losses = -log_softmax(np.asarray(logits, dtype=np.float64).reshape(len(y), -1))[np.arange(len(y)), y]
    return "multi_logloss", float(np.average(losses, weights=data.get_weight())), False


def _follower(seen: Patience) -> Callable[[CallbackEnv], None]:
    def look(env: CallbackEnv) -> None:
        result = (env.evaluation_result_list or [])[0]
        seen.saw(-float(result[2]))
        if seen.is_over:
            raise EarlyStopException(seen.best_step - 1, env.evaluation_result_list or [])

    return look


def _params(settings: TreeSettings, n_present: int, seed: int, n_threads: int) -> dict[str, Any]:
    return {
        "objective": "multiclass",
        "num_class": n_present,
        "metric": "multi_logloss",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.fewest_rows,
        "bagging_fraction": settings.row_share,
        "bagging_freq": int(settings.row_share < 1.0),
        "feature_fraction": settings.column_share,
        "lambda_l2": settings.l2,
        "cat_smooth": settings.category_smooth,
        "min_data_per_group": _ROWS_PER_CATEGORY,
        "num_threads": n_threads,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }


def _matrix(features: Features, codes: tuple[int, ...]) -> Any:
    dense = features.dense
    if codes:  # the library would say for each table that it reads codes below 0 as missing
        dense = dense.copy()
        dense[:, codes] = np.where(dense[:, codes] < 0, np.nan, dense[:, codes])
    if not features.sparse.n_columns:
        return dense
    sparse = features.sparse
    right = sp.csr_matrix((sparse.data, sparse.indices, sparse.indptr), shape=(sparse.n, sparse.n_columns), copy=False)
    return sp.hstack([sp.csr_matrix(dense), right], format="csr")


def _stopper(should_stop: Callable[[], bool]) -> Callable[[CallbackEnv], None]:
    def ask(env: CallbackEnv) -> None:
        if should_stop():
            raise EarlyStopException(env.iteration, env.evaluation_result_list or [])

    return ask
