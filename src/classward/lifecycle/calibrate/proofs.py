"""One promise of one class, held against rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassPromise, ThresholdProof
from classward.statistics import (
    binomial_p,
    clopper_pearson,
    fallback_rejections,
    measured_exact,
    rows_needed,
    tolerance_rank,
)

__all__ = ["GRID", "STARTS", "prove_precision", "prove_recall"]

GRID = (0.99, 0.98, 0.97, 0.96, 0.95, *(round(0.9 - 0.025 * i, 3) for i in range(37)))
"""Thresholds tried, from strict to none; fixed beforehand, or the proof would not hold."""
STARTS = tuple(GRID.index(at) for at in (0.98, 0.9, 0.75, 0.5, 0.0))


def prove_recall(
    promise: ClassPromise,
    index: int,
    matrix: NDArray[np.float64],
    y: NDArray[np.int64],
    is_claimed: NDArray[np.bool_],
    error_rate: float,
) -> ThresholdProof:
    """Find the highest probability of a class that ``target`` of its rows reach; rows claimed before are lost to it.

    Exact for any distribution: only the rank of a row of the class matters, and the claims made before rest on rows of other
    classes.
    """
    own = y == index
    n = int(own.sum())
    scores = np.where(is_claimed[own], -1.0, matrix[own, index])
    rank = tolerance_rank(n, promise.target, 1.0 - error_rate)
    at = float(np.sort(scores)[n - rank]) if rank is not None else -1.0
    needed = rows_needed(promise.target, error_rate)
    name, figure = promise.class_name, f"{promise.indicator} >= {promise.target:g}"
    if at >= 0.0:
        reach = (matrix[:, index] >= at) & ~is_claimed
        right = int((reach & own).sum())
        return ThresholdProof(
            promise=promise,
            state="guaranteed",
            threshold=at,
            figure=measured_exact(right, n),
            bound=promise.target,
            n_needed=needed,
            error_rate=error_rate,
            remark=f"{name}: {figure} holds from {at:.3g} on ({n} rows of the class); "
            f"{int(reach.sum())} of {len(y)} rows are answered so, {right} of them rightly",
        )
    free = int((scores >= 0.0).sum())
    is_hopeless = n > 0 and clopper_pearson(free, n, level=1 - 2 * error_rate)[1] < promise.target
    why = (
        f"{n - free} of its {n} rows are claimed by classes with earlier promises"
        if rank is not None
        else f"{n} rows of the class, about {needed} are needed"
    )
    return ThresholdProof(
        promise=promise,
        state="out of reach" if is_hopeless else "not enough evidence",
        threshold=None,
        figure=measured_exact(free, n),
        bound=0.0,
        n_needed=None if is_hopeless else rows_needed(promise.target, error_rate, observed=free / n if n else 1.0),
        error_rate=error_rate,
        remark=f"{name}: no threshold for {figure}: {why}",
    )


def prove_precision(
    promise: ClassPromise,
    index: int,
    matrix: NDArray[np.float64],
    y: NDArray[np.int64],
    answered: NDArray[np.int64],
    error_rate: float,
) -> ThresholdProof:
    """Find the lowest probability from which on ``target`` of the answers of a class are right.

    Every threshold of a fixed grid is a hypothesis ("precision is below target"), tested by its exact binomial tail from
    strict to wide; see :func:`~classward.statistics.fallback_rejections`.
    """
    mine = answered == index
    scores, right = matrix[mine, index], y[mine] == index
    n = [int((scores >= at).sum()) for at in GRID]
    k = [int(right[scores >= at].sum()) for at in GRID]
    p = [binomial_p(hits, rows, promise.target) for hits, rows in zip(k, n, strict=True)]
    proved = np.flatnonzero(fallback_rejections(p, starts=STARTS, error_rate=error_rate))
    name, figure = promise.class_name, f"{promise.indicator} >= {promise.target:g}"
    if len(proved):
        best = int(proved[-1])
        return ThresholdProof(
            promise=promise,
            state="guaranteed",
            threshold=GRID[best],
            figure=measured_exact(k[best], n[best]),
            bound=promise.target,
            n_needed=rows_needed(promise.target, error_rate / len(STARTS), observed=k[best] / n[best]),
            error_rate=error_rate,
            remark=f"{name}: {figure} holds from {GRID[best]:g} on ({k[best]} of {n[best]} answers right); "
            f"{n[-1] - n[best]} of {n[-1]} answers are withheld",
        )
    near = int(np.argmin(p))
    needed = rows_needed(promise.target, error_rate / len(STARTS), observed=k[near] / n[near] if n[near] else 1.0)
    tried = [clopper_pearson(hits, rows, level=1 - 2 * error_rate)[1] for hits, rows in zip(k, n, strict=True)]
    is_hopeless = n[-1] > 0 and max(tried) < promise.target
    seen = f"{k[near]} of {n[near]} answers right from {GRID[near]:g} on" if n[near] else "it was never answered"
    more = f"about {needed} such answers would prove it" if needed else "more rows alone will not prove it"
    return ThresholdProof(
        promise=promise,
        state="out of reach" if is_hopeless else "not enough evidence",
        threshold=None,
        figure=measured_exact(k[near], n[near]),
        bound=0.0,
        n_needed=needed,
        error_rate=error_rate,
        remark=f"{name}: no threshold for {figure}: {seen}; {more}",
    )
