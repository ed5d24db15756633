"""Each class over a window of production, with its promises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import SLO, ClassState, Interval, LabelSpace, Measure
from classward.lifecycle.monitor.promises import slo_state
from classward.statistics import confusion_counts, wilson

__all__ = ["class_states", "confusion_of"]

_RATES = ("recall", "precision")


def class_states(
    window: pl.DataFrame,
    evidence: pl.DataFrame,
    label_space: LabelSpace,
    slos: Sequence[SLO],
    *,
    alpha: float = 0.01,
) -> tuple[ClassState, ...]:
    """Figures of the window with fixed-sample intervals; verdicts from all labels of the live version.

    Parameters
    ----------
    window : DataFrame
        Outcomes whose figures are shown (``label, truth, delay_s``; truth may be null).
    evidence : DataFrame
        Outcomes of the live version since it went live: each label counts once for its verdicts.
    slos : sequence of SLO
        Promises; those on recall and precision are judged here.
    alpha : float
        Chance of any wrong verdict over all promises and all looks, shared equally.
    """
    rates = [slo for slo in slos if slo.indicator in _RATES]
    share = alpha / max(len(rates), 1)
    shown, judged = confusion_of(window, label_space), confusion_of(evidence, label_space)
    n_answers = dict(window.group_by("label").len().iter_rows())
    lags = {
        name: (p50, p90)
        for name, p50, p90 in window.filter(pl.col("truth").is_not_null())
        .group_by("truth")
        .agg(pl.col("delay_s").quantile(0.5).alias("a"), pl.col("delay_s").quantile(0.9).alias("b"))
        .iter_rows()
    }
    return tuple(
        ClassState(
            class_name=name,
            n_predicted=int(n_answers.get(name, 0)),
            n_labelled=int(shown[i].sum()),
            recall=_share(int(shown[i, i]), int(shown[i].sum())),
            precision=_share(int(shown[i, i]), int(shown[:, i].sum())),
            slos=tuple(_judge(slo, judged, i, share) for slo in rates if slo.class_name == name),
            lag_p50_s=lags.get(name, (None, None))[0],
            lag_p90_s=lags.get(name, (None, None))[1],
        )
        for i, name in enumerate(label_space.names)
    )


def confusion_of(outcomes: pl.DataFrame, label_space: LabelSpace) -> NDArray[np.int64]:
    """Counts of labelled outcomes, rows true and columns predicted; classes outside the space are left out."""
    position = {name: i for i, name in enumerate(label_space.names)}
    known = outcomes.select(
        pl.col("truth").replace_strict(position, default=None, return_dtype=pl.Int64).alias("true"),
        pl.col("label").replace_strict(position, default=None, return_dtype=pl.Int64).alias("predicted"),
    ).drop_nulls()
    return confusion_counts(known["true"].to_numpy(), known["predicted"].to_numpy(), len(label_space))


def _judge(slo: SLO, judged: NDArray[np.int64], i: int, alpha: float):  # type: ignore[no-untyped-def]
    of = judged[i] if slo.indicator == "recall" else judged[:, i]
    return slo_state(slo, n=int(of.sum()), n_correct=int(judged[i, i]), alpha=alpha)


def _share(k: int, n: int) -> Measure:
    if n == 0:
        return Measure(value=None, n=0)
    low, high = wilson(k, n)
    return Measure(value=k / n, n=n, interval=Interval(low=low, high=high, level=0.95, method="Wilson"))
