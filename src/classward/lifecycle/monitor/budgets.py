"""How much of each promise's error budget is used, and how fast it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from classward.domain import SLO, BurnRule, BurnState, ErrorBudget, Measure
from classward.lifecycle.monitor.burn_rules import QUALITY_RULES, REQUEST_RULES, burn_rules
from classward.statistics import weighted_share

__all__ = ["error_budgets"]

_COLUMN = {"recall": "truth", "precision": "label"}
_LATENCY_SHARE = 0.95
_FEWEST = 20


def error_budgets(
    window: pl.DataFrame, failures: pl.DataFrame, slos: Sequence[SLO], *, now: datetime, window_days: float
) -> tuple[ErrorBudget, ...]:
    """Count what went wrong over the window against what each promise allows, in event time.

    Budgets weigh every event alike: a busy hour counts for more than an idle one. Late labels change the figures of the
    time they are about. Verdicts (``ok``, ``exhausted``, a rule ``burning``) rest on 95 % intervals for one look; alarms
    that may be looked at without end are those of :func:`~classward.lifecycle.monitor.evidence.taken_in`.

    Parameters
    ----------
    window : DataFrame
        Answers of the window: ``at, request_id, label, truth, latency_ms``, optionally ``weight``.
    failures : DataFrame
        Failed requests of the window: ``at, n``.
    slos : sequence of SLO
        Promises on recall and precision of a class, ``latency_p95_ms`` and ``availability``.
    now : datetime
        End of the window.
    window_days : float
        Length of the window.

    Returns
    -------
    budgets : tuple of ErrorBudget
        In the order of ``slos``. Without events: ``not enough evidence``, and no share used.
    """
    return tuple(_budget(slo, _events(slo, window, failures), now, window_days) for slo in slos)


def _events(slo: SLO, window: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """One row per event or group of alike events: ``at, is_good, weight``."""
    if slo.indicator in _COLUMN:
        weight = pl.col("weight").fill_null(1.0) if "weight" in window.columns else pl.lit(1.0)
        own = window.filter(pl.col("truth").is_not_null() & (pl.col(_COLUMN[slo.indicator]) == slo.class_name))
        return own.select("at", (pl.col("truth") == pl.col("label")).alias("is_good"), weight.alias("weight"))
    if slo.indicator == "latency_p95_ms":
        return window.select("at", (pl.col("latency_ms") <= slo.target).alias("is_good"), pl.lit(1.0).alias("weight"))
    answered = window.unique("request_id", keep="first").select(
        "at", pl.lit(value=True).alias("is_good"), pl.lit(1.0).alias("weight")
    )
    failed = failures.select(
        pl.col("at").repeat_by(pl.col("n")), pl.lit(value=False).alias("is_good"), pl.lit(1.0).alias("weight")
    ).explode("at", empty_as_null=False)
    return pl.concat([answered, failed.select(answered.columns)], how="vertical_relaxed")


def _budget(slo: SLO, events: pl.DataFrame, now: datetime, window_days: float) -> ErrorBudget:
    share = _LATENCY_SHARE if slo.indicator == "latency_p95_ms" else slo.target
    kinds = QUALITY_RULES if slo.indicator in _COLUMN else REQUEST_RULES
    rules = tuple(_held(rule, events, share, now) for rule in burn_rules(share, window_days, kinds))
    used, total = _burn(events, share), float(events["weight"].sum())
    return ErrorBudget(
        indicator=slo.indicator, class_name=slo.class_name, target=slo.target, window_days=window_days, n=used.n,
        n_bad=float(events.filter(~pl.col("is_good"))["weight"].sum()), allowed=(1.0 - share) * total, used=used,
        most_burn=1.0 / (1.0 - share), rules=rules, state=_state(used, "exhausted", "ok", limit=1.0),
    )  # fmt: skip


def _held(rule: BurnRule, events: pl.DataFrame, share: float, now: datetime) -> BurnState:
    spans = (rule.long_days, rule.short_days)
    long, short = (_burn(events.filter(pl.col("at") >= now - timedelta(days=days)), share) for days in spans)
    states = [_state(burn, "burning", "quiet", limit=rule.factor) for burn in (long, short)]
    state = "not enough evidence"
    if not rule.is_reachable:
        state = "unreachable"
    elif "quiet" in states:
        state = "quiet"
    elif states == ["burning", "burning"]:
        state = "burning"
    return BurnState(rule=rule, state=state, long_burn=long, short_burn=short)


def _burn(events: pl.DataFrame, share: float) -> Measure:
    """Bad share over allowed share."""
    bad = weighted_share(~events["is_good"].to_numpy().astype(bool), events["weight"].to_numpy().astype(float))
    if bad.value is None or bad.interval is None:
        return bad
    allowed = 1.0 - share
    ends = replace(bad.interval, low=bad.interval.low / allowed, high=bad.interval.high / allowed)
    return replace(bad, value=bad.value / allowed, interval=ends)


def _state(burn: Measure, over: str, under: str, *, limit: float) -> str:
    if burn.interval is None or burn.n < _FEWEST:
        return "not enough evidence"
    if burn.interval.low > limit:
        return over
    return under if burn.interval.high < limit else "not enough evidence"
