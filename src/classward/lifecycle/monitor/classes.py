"""Each class over a window of production, with its promises."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from classward.domain import ABSTAINED, SLO, ClassState, LabelSpace, Measure, SloState
from classward.lifecycle.monitor.promises import slo_state, unjudged
from classward.statistics import measured_share, weighted_share

__all__ = ["class_states", "unknown_share"]

_RATES = ("recall", "precision")
_SURE = 0.9
_COLUMN = {"recall": "truth", "precision": "label"}


def class_states(
    window: pl.DataFrame,
    evidence: pl.DataFrame,
    label_space: LabelSpace,
    slos: Sequence[SLO],
    *,
    alpha: float = 0.01,
) -> tuple[ClassState, ...]:
    """Figures of the window with intervals for one look; verdicts from all labels of the live version, for every look.

    Recall counts the labelled rows of a class, precision those called so; a truth or an answer outside ``label_space``
    still counts as a miss for the other side. Rows chosen for labelling with unequal probability enter the figures by
    their weight; promises are then not judged, since the confidence sequence needs labels that count alike.

    Parameters
    ----------
    window : DataFrame
        Outcomes whose figures are shown (``label, truth, delay_s``, optionally ``weight`` and ``probability``; truth may
        be null).
    evidence : DataFrame
        Outcomes of the live version since it went live (same columns): each label counts once for its verdicts.
    slos : sequence of SLO
        Promises; those on recall and precision are judged here.
    alpha : float, default=0.01
        Chance of any wrong verdict over all promises and all looks, shared equally (Bonferroni).

    Returns
    -------
    states : tuple of ClassState
        One per class, in label-space order.
    """
    rates = [slo for slo in slos if slo.indicator in _RATES]
    share = alpha / max(len(rates), 1)
    shown = {indicator: _figures(window, indicator) for indicator in _RATES}
    judged = {indicator: _figures(evidence, indicator) for indicator in _RATES}
    n_answers = {str(name): int(n) for name, n in window.group_by("label").len().iter_rows()}
    lags = _lags(window)
    sure = _confident_errors(window)
    nothing = Measure(value=None, n=0)
    return tuple(
        ClassState(
            class_name=name,
            n_predicted=n_answers.get(name, 0),
            n_labelled=shown["recall"].get(name, nothing).n,
            recall=shown["recall"].get(name, nothing),
            precision=shown["precision"].get(name, nothing),
            slos=tuple(
                _judge(slo, judged[slo.indicator].get(name, nothing), share) for slo in rates if slo.class_name == name
            ),
            lag_p50_s=lags.get(name, (None, None))[0],
            lag_p90_s=lags.get(name, (None, None))[1],
            confident_errors=sure.get(name, nothing),
        )
        for name in label_space.names
    )


def unknown_share(window: pl.DataFrame) -> Measure:
    """Share of answers that name no class: rows left to a person since nothing was probable, or known, enough."""
    return measured_share(int((window["label"] == ABSTAINED).sum()), window.height)


def _confident_errors(outcomes: pl.DataFrame) -> dict[str, Measure]:
    if "probability" not in outcomes.columns:
        return {}
    found = _figures(outcomes.filter(pl.col("probability") >= _SURE), "precision", of="wrong")
    return {name: measure for name, measure in found.items() if name != ABSTAINED}


def _figures(outcomes: pl.DataFrame, indicator: str, *, of: str = "right") -> dict[str, Measure]:
    weight = pl.col("weight").fill_null(1.0) if "weight" in outcomes.columns else pl.lit(1.0)
    column = _COLUMN[indicator]
    labelled = outcomes.filter(pl.col("truth").is_not_null()).select(
        pl.col(column).alias("class"),
        ((pl.col("truth") == pl.col("label")) == (of == "right")).alias("is_it"),
        weight.alias("weight"),
    )
    parts = labelled.partition_by("class", as_dict=True)
    return {
        str(name): weighted_share(part["is_it"].to_numpy(), part["weight"].to_numpy())
        for (name,), part in parts.items()
    }


def _judge(slo: SLO, evidence: Measure, alpha: float) -> SloState:
    if evidence.basis != "observed":
        return unjudged(slo, evidence, alpha=alpha)
    return slo_state(slo, n=evidence.n, n_correct=round((evidence.value or 0.0) * evidence.n), alpha=alpha)


def _lags(window: pl.DataFrame) -> dict[str, tuple[float, float]]:
    arrived = window.filter(pl.col("truth").is_not_null())
    quantiles = [pl.col("delay_s").quantile(q, "higher").alias(f"p{q}") for q in (0.5, 0.9)]
    return {name: (p50, p90) for name, p50, p90 in arrived.group_by("truth").agg(*quantiles).iter_rows()}
