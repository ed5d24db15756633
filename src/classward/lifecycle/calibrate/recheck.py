"""Do promises still hold on new rows, or with probabilities calibrated anew?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassPromise, DecisionRule, SloState
from classward.inference import Proba, decide
from classward.lifecycle.calibrate.rows import check_share, labelled
from classward.statistics import binomial_p, clopper_pearson, measured_exact, rows_needed

__all__ = ["recheck_promises"]


def recheck_promises(
    proba: Proba,
    y_index: NDArray[np.int64],
    rule: DecisionRule,
    promises: Sequence[ClassPromise],
    *,
    error_rate: float = 0.1,
) -> tuple[SloState, ...]:
    """Hold the decisions of a rule against the promises its thresholds were chosen for.

    To be run after every recalibration, on rows that chose nothing: a threshold means something only for the probabilities it
    was chosen for. For one look; repeated looks at growing data need the sequences of the monitor.

    Parameters
    ----------
    proba : Proba
        Probabilities as they are now.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rule : DecisionRule
        As stored.
    promises : sequence of ClassPromise
        Precision and recall of answers that were given; an abstained row is no answer.

    Returns
    -------
    states : tuple of SloState
        One per promise, in order: ``met`` (proved again), ``breached`` (shown to be below target) or ``not enough evidence``,
        with one chance ``error_rate`` that any ``met`` is wrong and another that any ``breached`` is.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    UnknownClass
        CW301 for a class that does not exist.
    """
    check_share(error_rate, "error_rate")
    y = labelled(proba, y_index, what="a verdict on promises")
    done = decide(proba, rule)
    answered = np.where(done.is_abstained, -1, done.predicted)
    each = error_rate / max(len(promises), 1)
    states = []
    for promise in promises:
        index = proba.label_space.index(promise.class_name)
        of = answered == index if promise.indicator == "precision" else y == index
        n, k = int(of.sum()), int((of & (answered == index) & (y == index)).sum())
        state = "not enough evidence"
        if binomial_p(k, n, promise.target) <= each:
            state = "met"
        elif n and clopper_pearson(k, n, level=1.0 - 2.0 * each)[1] < promise.target:
            state = "breached"
        needed = rows_needed(promise.target, each, observed=k / n if n else 1.0)
        is_open = state == "not enough evidence"
        states.append(
            SloState(
                indicator=promise.indicator,
                class_name=promise.class_name,
                target=promise.target,
                state=state,
                evidence=measured_exact(k, n),
                error_rate=each,
                n_more=max(1, needed - n) if is_open and needed is not None else None,
            )
        )
    return tuple(states)
