"""What prediction sets are worth on rows that chose nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import DecisionRule, SetCoverage
from classward.inference import Proba, prediction_sets
from classward.lifecycle.calibrate.rows import check_share, labelled
from classward.statistics import clopper_pearson, measured_exact, measured_mean

__all__ = ["measure_sets"]


def measure_sets(
    proba: Proba, y_index: NDArray[np.int64], rule: DecisionRule, *, alpha: float | None = None, tolerance: float = 0.03
) -> SetCoverage:
    """Measure coverage per class, the worst class, and how large the sets are.

    Parameters
    ----------
    proba : Proba
        Probabilities of held-out rows.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rule : DecisionRule
        With sets.
    tolerance : float, default=0.03
        How far the worst class may fall short of 1 - alpha.

    Returns
    -------
    coverage : SetCoverage
        ``state`` is ``met`` if every class that has rows is shown to be within tolerance, ``breached`` if one is shown not
        to be (one chance in 20 of any false verdict), ``not enough evidence`` otherwise.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    UsageError
        CW265 if the rule has no sets.
    """
    y = labelled(proba, y_index, what="the coverage of sets")
    inside = prediction_sets(proba, rule, alpha=alpha)
    promised = next(one.alpha for one in rule.sets if alpha is None or one.alpha == alpha)
    least = 1.0 - promised - check_share(tolerance, "tolerance")
    n_classes = len(proba.label_space)
    holds = inside[np.arange(len(y)), y]
    n, k = np.bincount(y, minlength=n_classes), np.bincount(y[holds], minlength=n_classes)
    seen = np.flatnonzero(n)
    worst = int(seen[np.argmin(k[seen] / n[seen])])
    level = 1.0 - 0.05 / len(seen)
    bounds = [clopper_pearson(int(k[i]), int(n[i]), level=level) for i in seen]
    state = "not enough evidence"
    if any(high < least for _, high in bounds):
        state = "breached"
    elif all(low >= least for low, _ in bounds) and len(seen) == n_classes:
        state = "met"
    sizes = inside.sum(axis=1)
    size = measured_mean(sizes.astype(np.float64))
    worst_figure = measured_exact(int(k[worst]), int(n[worst]), level=level)
    name = proba.label_space.names[worst]
    return SetCoverage(
        alpha=promised,
        n=len(y),
        coverage=measured_exact(int(holds.sum()), len(y)),
        classes=tuple(measured_exact(int(hits), int(rows)) for hits, rows in zip(k, n, strict=True)),
        class_names=proba.label_space.names,
        worst_class=name,
        worst=worst_figure,
        mean_size=size,
        n_single=int((sizes == 1).sum()),
        n_whole=int((sizes == n_classes).sum()),
        tolerance=tolerance,
        state=state,
        remark=f"{holds.mean():.1%} of {len(y)} sets hold the truth, {1 - promised:.0%} promised for every class; "
        f"worst is {name} with {k[worst] / n[worst]:.1%} of {n[worst]} rows; {sizes.mean():.2f} classes per set",
    )
