"""Bell curves, neighbours and kernel machines."""

from __future__ import annotations

from typing import Any

import numpy as np

from classward.estimators.brought.taught import Frozen, Taught
from classward.estimators.kernel import kernel_scorer
from classward.inference import BellScorer, NeighbourScorer, softmax

__all__ = ["freeze_bells", "freeze_machines", "freeze_neighbours"]

_PROVED = 20_000
_PROVED_SLOWLY = 2_000
_FLOOR = 1e-3
_METRICS = {1: "manhattan", 2: "euclidean"}


def freeze_bells(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``GaussianNB``."""
    scorer = BellScorer(
        mean=model.theta_, variance=model.var_, log_prior=np.log(model.class_prior_), present=taught.columns,
        n_classes=taught.n_classes,
    )  # fmt: skip
    rows = taught.some(_PROVED)
    ours = softmax(scorer.logits(taught.features(rows))[:, taught.present])
    return Frozen(scorer=scorer, ours=ours, theirs=model.predict_proba(rows))


def freeze_neighbours(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``KNeighborsClassifier`` with Euclidean or Manhattan distances.

    Rows whose last neighbours are equally far are no proof, since the library takes any of them; here they share the
    vote.
    """
    metric = _METRICS.get(model.p, "") if model.metric == "minkowski" else str(model.metric)
    if metric not in _METRICS.values() or model.weights not in ("uniform", "distance") or model.metric_params:
        raise ValueError("only Euclidean and Manhattan distances, uniform or weighted by distance, can be repeated")
    scorer = NeighbourScorer(
        rows=taught.rows.astype(np.float32), classes=taught.columns[taught.code], n_neighbours=int(model.n_neighbors),
        is_weighted=model.weights == "distance", metric=metric, floor=_FLOOR, n_classes=taught.n_classes,
    )  # fmt: skip
    rows = taught.some(_PROVED_SLOWLY)
    ours, is_tied = scorer.shares(rows)
    if is_tied.mean() > 0.9:
        raise ValueError(
            f"of {len(rows)} rows {is_tied.sum()} have neighbours that are equally far: nothing to prove on"
        )
    return Frozen(scorer=scorer, ours=ours[~is_tied], theirs=model.predict_proba(rows[~is_tied]))


def freeze_machines(model: Any, taught: Taught) -> Frozen:
    """Freeze a ``SVC`` with a radial kernel.

    The margins of every pair are proved equal. Classes are then scored by all margins at once, which tells more than
    the library's count of pairs won: where counts tie, the class named may be another one.
    """
    if model.kernel != "rbf":
        raise ValueError(f"only kernel='rbf' can be repeated, not {model.kernel!r}")
    scorer = kernel_scorer(model, present=taught.present, n_classes=taught.n_classes)
    rows = taught.some(_PROVED_SLOWLY)
    model.decision_function_shape = "ovo"
    theirs = np.asarray(model.decision_function(rows)).reshape(len(rows), -1)
    first, second = np.triu_indices(len(taught.present), 1)
    ours = scorer.margins(rows)[:, first, second]
    return Frozen(scorer=scorer, ours=-ours if theirs.shape[1] == 1 else ours, theirs=theirs)
