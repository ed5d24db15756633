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
from classward.estimators.tree_arrays import scorer_from_dump
from classward.inference import Features, TreeScorer

__all__ = ["TreeSettings", "fit_trees"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSettings:
    """How to fit: most boosting rounds, their learning rate, leaves per tree, rows per leaf, rounds without gain."""

    iterations: int = 200
    learning_rate: float = 0.1
    leaves: int = 31
    fewest_rows: int = 20
    patience: int = 20


def fit_trees(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: TreeSettings,
    seed: int,
    n_threads: int,
    should_stop: Callable[[], bool],
) -> TreeScorer:
    """Boost trees until an inner stratified tenth of the rows stops improving.

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
        Chooses the inner fold.
    n_threads : int
        Threads LightGBM may use.
    should_stop : callable
        Asked after every round; ``True`` keeps the rounds made so far.

    Returns
    -------
    TreeScorer
        ``logits`` equal the booster's raw scores within 1e-9.
    """
    present, y = np.unique(y_index, return_inverse=True)
    rows, held = inner_fold(y, np.random.default_rng(seed))
    matrix = _matrix(features)
    train = lightgbm.Dataset(matrix[rows], label=y[rows], params=_params(settings, len(present), seed, n_threads))
    callbacks: list[Callable[..., Any]] = [_stopper(should_stop)]
    valid = []
    if len(held):
        valid = [train.create_valid(matrix[held], label=y[held])]
        callbacks.append(lightgbm.early_stopping(settings.patience, first_metric_only=True, verbose=False))
    booster = lightgbm.train(
        _params(settings, len(present), seed, n_threads),
        train,
        num_boost_round=settings.iterations,
        valid_sets=valid,
        callbacks=callbacks,
    )
    rounds = booster.best_iteration if booster.best_iteration > 0 else booster.current_iteration()
    return scorer_from_dump(
        booster.dump_model(num_iteration=rounds), present=present, n_classes=n_classes, n_columns=features.n_columns
    )


def _params(settings: TreeSettings, n_present: int, seed: int, n_threads: int) -> dict[str, Any]:
    return {
        "objective": "multiclass",
        "num_class": n_present,
        "metric": "multi_logloss",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.fewest_rows,
        "num_threads": n_threads,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }


def _matrix(features: Features) -> Any:
    if not features.sparse.n_columns:
        return features.dense
    sparse = features.sparse
    right = sp.csr_matrix((sparse.data, sparse.indices, sparse.indptr), shape=(sparse.n, sparse.n_columns), copy=False)
    return sp.hstack([sp.csr_matrix(features.dense), right], format="csr")


def _stopper(should_stop: Callable[[], bool]) -> Callable[[CallbackEnv], None]:
    def ask(env: CallbackEnv) -> None:
        if should_stop():
            raise EarlyStopException(env.iteration, env.evaluation_result_list or [])

    return ask
