"""Fit gradient-boosted trees with LightGBM and take them out as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classward.estimators.growing_trees import GrowingTrees, Slopes, grow_together
from classward.estimators.inner_fold import inner_folds
from classward.estimators.patience import Patience, Stop
from classward.estimators.soft_loss import SoftLoss, spread
from classward.estimators.tree_arrays import scorer_from_dump
from classward.inference import Features, TreeScorer, softmax

__all__ = ["TreeSettings", "fit_trees"]

_ROWS_PER_CATEGORY = 30
_ROUNDS_UNTOLD = 100


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
        Rows that tell when to stop, with their classes; none that shall be scored as unseen, since a figure on rows that
        chose the number of rounds is too good. Without them training rows tell: of few rows three smaller ensembles,
        each of two thirds, grow beside the one that is kept, and the third that each leaves out tells; of many rows a
        tenth is left out. Where nothing can be left out, or none is given, 100 rounds are made at most.
    weight : float array of shape (n,), optional
        How much each training row counts, fitted or left out; rows given in ``held`` all count alike.
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
    whole = lightgbm.Dataset(
        _matrix(features, codes), label=y, weight=weight, params=params, categorical_feature=list(codes)
    )
    every, aims = np.arange(len(y)), None
    if settings.smoothing or settings.robustness or targets is not None:
        aims = spread(y, len(present), settings.smoothing) if targets is None else targets[:, present]
        params |= {"objective": "custom", "metric": "none"}

    def grown(rows: NDArray[np.int64], held: lightgbm.Dataset | None) -> GrowingTrees:
        slopes = None if aims is None else _objective(aims[rows], None if weight is None else weight[rows], settings)
        return GrowingTrees.on(whole if rows is every else whole.subset(rows.tolist()), held, params, slopes)

    whole.construct()
    if held is not None:
        known = np.flatnonzero(np.isin(held[1], present))
        held_y = np.searchsorted(present, held[1][known])
        told = whole.create_valid(_matrix(held[0], codes)[known], label=held_y, params=whole.params)
        kept = grown(every, told if len(known) else None)
        watched: tuple[GrowingTrees, ...] = (kept,) if len(known) else ()
    else:
        parts = inner_folds(y, np.random.default_rng(seed))
        watched = tuple(grown(rows, whole.subset(left.tolist())) for rows, left in parts)
        kept = watched[0] if len(watched) == 1 else grown(every, None)
    seen = Patience(patience=settings.patience - 1, steadied=settings.steadied)
    most = settings.iterations if watched else min(settings.iterations, _ROUNDS_UNTOLD)
    made = grow_together(kept, watched, most=most, seen=seen, should_stop=should_stop)
    rounds = min(seen.best_step or made, kept.n_rounds)
    noted(Stop(chosen=rounds, made=made))
    return scorer_from_dump(kept.dump(rounds), present=present, n_classes=n_classes, n_columns=features.n_columns)


def _objective(targets: NDArray[np.float64], weight: NDArray[np.float64] | None, settings: TreeSettings) -> Slopes:
    """Slope and curvature of a soft loss, for each row and class; a robust one is scaled to pull 1 on average."""
    robustness = settings.robustness
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
