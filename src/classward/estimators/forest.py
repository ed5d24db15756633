"""Fit forests of extremely randomised trees with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from classward.estimators.forest_arrays import ForestArrays
from classward.estimators.rows import dense_rows
from classward.inference import Features, ForestScorer

__all__ = ["ForestSettings", "fit_forest"]

_STEP, _MANY_ROWS, _SMALL_STEP = 25, 20_000, 5
_BELOW = 0.25
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestSettings:
    """How to fit.

    Parameters
    ----------
    trees : int
        Number of trees.
    fewest_rows : int
        Fewest training rows of a leaf: 1 for a few thousand rows, 2 above, more for noisy labels.
    columns : str or float
        Features tried at each split: ``sqrt``, ``log2``, or a share of all.
    """

    trees: int = 300
    fewest_rows: int = 2
    columns: str | float = "sqrt"


def fit_forest(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    n_classes: int,
    settings: ForestSettings,
    seed: int,
    n_threads: int,
    should_stop: Callable[[], bool],
    weight: NDArray[np.float64] | None = None,
) -> ForestScorer:
    """Grow trees whose cuts are drawn at random; each sees all rows.

    Strong where features are noisy or interact, and hard to overfit; weak where a class is a smooth function of many
    features. The same rows, settings and seed give the same forest, whatever the number of threads. A missing value
    stands a quarter of the column's range below its smallest value, so that a cut can tell it apart.

    Parameters
    ----------
    features : Features
        Training rows; sparse columns are made dense, so there should be few.
    y_index : int array of shape (n,)
        True class of each row, as a column in label-space order; at least two classes.
    n_classes : int
        Classes of the label space; those without a row get a very low constant logit.
    settings : ForestSettings
        Size of the forest.
    seed : int
        Chooses features and cuts.
    n_threads : int
        Threads that grow trees, 25 trees each at a time, 5 beyond 20,000 rows.
    should_stop : callable
        Asked each time the threads have done so; ``True`` keeps the trees grown so far.
    weight : float array of shape (n,), optional
        How much each row counts; all alike without it.

    Returns
    -------
    ForestScorer
        Its mean shares equal scikit-learn's ``predict_proba`` within 1e-12; ``logits`` are their logarithms.

    Raises
    ------
    DataError
        CW248 if the features are too many to be made dense.

    References
    ----------
    Geurts, Ernst, Wehenkel (2006). Extremely randomized trees. Machine Learning 63.
    """
    rows = dense_rows(features)
    fill = _below(rows)
    rows = np.where(np.isnan(rows), fill, rows)
    present, y = np.unique(y_index, return_inverse=True)
    arrays = ForestArrays(present=present)
    size = _STEP if features.n <= _MANY_ROWS else _SMALL_STEP
    seeds = np.random.SeedSequence(seed).generate_state(-(-settings.trees // size))
    steps = list(zip(range(0, settings.trees, size), seeds.tolist(), strict=True))

    def grow(step: tuple[int, int]) -> ExtraTreesClassifier:
        model = ExtraTreesClassifier(
            n_estimators=min(size, settings.trees - step[0]),
            min_samples_leaf=settings.fewest_rows,
            max_features=settings.columns,
            random_state=step[1],
        )
        return model.fit(rows, y, sample_weight=weight)

    # Threads of our own: the library's sleep between its looks for work, longer than small trees take to grow.
    with ThreadPoolExecutor(n_threads) as pool:
        for start in range(0, len(steps), n_threads):
            for model in pool.map(grow, steps[start : start + n_threads]):
                for tree in model.estimators_:
                    arrays.add(tree.tree_)
            if should_stop():
                break
    return arrays.scorer(fill=fill, n_classes=n_classes)


def _below(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """A number below each column's values that random cuts still separate often."""
    known = ~np.isnan(rows)
    low = np.where(known, rows, np.inf).min(axis=0).astype(np.float64)
    high = np.where(known, rows, -np.inf).max(axis=0).astype(np.float64)
    step = np.where(high > low, _BELOW * (high - low), 1.0)
    fill = np.where(known.any(axis=0), low - step, 0.0)
    return np.clip(fill, -_LARGEST, _LARGEST).astype(np.float32)
