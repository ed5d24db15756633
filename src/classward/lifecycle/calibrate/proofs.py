"""One promise of one class, held against rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassPromise, ThresholdProof
from classward.lifecycle.calibrate.tested import prove_share
from classward.statistics import clopper_pearson, measured_exact, rows_needed, tolerance_rank

__all__ = ["prove_precision", "prove_recall"]


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
    """Find the lowest probability from which on ``target`` of the answers of a class are right; see ``prove_share``."""
    mine = answered == index
    tested = prove_share(matrix[mine, index], y[mine] == index, target=promise.target, error_rate=error_rate)
    name, figure = promise.class_name, f"{promise.indicator} >= {promise.target:g}"
    if tested.is_proved:
        text = (
            f"holds from {tested.at:g} on ({tested.k} of {tested.n} answers right); "
            f"{tested.n_all - tested.n} of {tested.n_all} answers are withheld"
        )
    else:
        text = tested.shortfall("answers")
    return ThresholdProof(
        promise=promise,
        state=tested.state,
        threshold=tested.at if tested.is_proved else None,
        figure=measured_exact(tested.k, tested.n),
        bound=promise.target if tested.is_proved else 0.0,
        n_needed=tested.n_needed,
        error_rate=error_rate,
        remark=f"{name}: {figure} {text}" if tested.is_proved else f"{name}: no threshold for {figure}: {text}",
    )
