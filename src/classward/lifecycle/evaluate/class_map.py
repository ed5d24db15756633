"""Rows laid out in two dimensions, by what the model makes of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassMap, MapPoint
from classward.errors import DataError
from classward.inference import Proba
from classward.statistics import principal_plane

__all__ = ["class_map"]

_LEAST = 1e-4


def class_map(
    proba: Proba,
    y_index: NDArray[np.int64],
    *,
    embedding: NDArray[np.float64] | None = None,
    most_points: int = 1_000,
    most_coloured: int = 12,
    seed: int = 0,
) -> ClassMap:
    """Lay rows out so that rows answered alike lie close: a picture to look at, not a measurement.

    Two axes keep only part of what differs (``explained`` says how much): classes on top of each other here may lie far
    apart, and the other way round never by much.

    Parameters
    ----------
    proba : Proba
        Probabilities of shape (n_samples, n_classes).
    y_index : int array of shape (n_samples,)
        True columns.
    embedding : float array of shape (n_samples, n_dimensions), optional
        Laid out instead of the log probabilities; finite.
    most_points : int, default=1000
        More rows are thinned evenly within true and predicted class: no chance enters.
    most_coloured : int, default=12
        Classes with most rows that get a colour.

    Raises
    ------
    DataError
        CW222 if the embedding has another number of rows, or holds NaN or infinity.
    """
    n = len(y_index)
    if embedding is not None and (len(embedding) != n or not np.isfinite(embedding).all()):
        raise DataError(
            "CW222", "the embedding does not fit the rows", got=f"{len(embedding)} rows for {n} labels, "
            f"{'all' if np.isfinite(embedding).all() else 'not all'} of its numbers finite",
            fix="embed the same rows, and leave none out",
        )  # fmt: skip
    order = np.lexsort((np.arange(n), proba.predicted, y_index))
    kept = np.sort(order[np.unique(np.linspace(0, n - 1, min(n, most_points)).round().astype(np.int64))])
    if embedding is None:
        logs = np.log(np.maximum(proba.matrix[kept], _LEAST))
        rows, source = logs - logs.mean(axis=1, keepdims=True), "log probabilities"
    else:
        rows, source = np.asarray(embedding[kept], dtype=np.float64), "embedding"
    plane, explained = principal_plane(rows, seed=seed)
    support = np.bincount(y_index, minlength=len(proba.label_space))
    largest = [int(i) for i in np.argsort(-support, kind="stable")[:most_coloured] if support[i]]
    points = tuple(
        MapPoint(x=round(float(x), 4), y=round(float(y), 4), true=int(t), predicted=int(p))
        for (x, y), t, p in zip(plane, y_index[kept], proba.predicted[kept], strict=True)
    )
    return ClassMap(points=points, coloured=tuple(largest), explained=explained, source=source, n_rows=n)
