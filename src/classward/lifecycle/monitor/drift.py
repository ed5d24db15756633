"""What moved away from its reference: inputs, answers and calibration, with one chance of a false ticket a year for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from classward.domain import AlertPolicy, DayBucket, DriftSignal, Reference
from classward.lifecycle.monitor.comparisons import (
    Comparison,
    answer_comparisons,
    calibration_comparisons,
    feature_comparisons,
)
from classward.lifecycle.monitor.drift_words import drift_in_words
from classward.statistics import alarm_level, hellinger

__all__ = ["drift_signals"]

_WEEK = 7
_SURE = float(np.log(20.0))


def drift_signals(
    reference: Reference,
    buckets: Sequence[DayBucket],
    policy: AlertPolicy,
    *,
    since: date,
    year_began_on: date,
    today: date,
    not_before: Sequence[tuple[str, date]] = (),
) -> tuple[DriftSignal, ...]:
    """Compare the days of a version with its training rows, and its later days with its first ones.

    For each comparison one unit is staked at the beginning of each day against "nothing has changed"
    (:func:`~classward.statistics.two_sample_log_evidence`). The yearly chance is shared equally among the kinds of comparison
    and, within a kind, among what it compares (a union bound, so it holds however they depend on each other). It holds for
    rows that come as if drawn one by one from a distribution that stays: not where a week has a season of its own that the
    training rows lack, and not for rows that come in copies.

    Parameters
    ----------
    reference : Reference
        Of the version.
    buckets : sequence of DayBucket
        Its days on the live route, the oldest first.
    policy : AlertPolicy
        Chance a year, how many days are the opening, and which differences are too small to tell.
    since : date
        When the version went live; earlier days do not count.
    year_began_on : date
        First day of the present year of the chance; stakes of earlier days are over.
    today : date
        Last day.
    not_before : sequence of (key, date)
        Comparisons whose ticket was resolved: stakes before that day are over.

    Returns
    -------
    signals : tuple of DriftSignal
        The most convincing first, as evidence beyond what is needed. Cost: grows with the days since the year began, at
        most 365, and with the number of comparisons; not with rows.
    """
    days = [b for b in buckets if since <= b.key.day <= today]
    opening_ends = since + timedelta(days=max(1, round(policy.opening_days)))
    compared = list(calibration_comparisons(reference, days))
    for against in ("training", "opening"):
        compared += answer_comparisons(reference, days, against=against, opening_ends=opening_ends)
        compared += feature_comparisons(reference, days, against=against, opening_ends=opening_ends)
    n_of = {kind: sum(c.family == kind for c in compared) for kind in {c.family for c in compared}}
    begin, made = dict(not_before), []
    for one in compared:
        alpha = policy.false_tickets / (len(n_of) * n_of[one.family])
        starts = max(since, year_began_on, begin.get(one.key, since))
        made.append(_signal(one, alpha, starts=starts, first=since, today=today))
    return tuple(sorted(made, key=lambda s: (s.level - s.evidence, s.key)))


def _signal(one: Comparison, alpha: float, *, starts: date, first: date, today: date) -> DriftSignal:
    kept = np.array([day >= starts for day in one.days], dtype=bool)
    per_day, days = one.per_day[kept], [day for day in one.days if day >= starts]
    at, evidence = 0, 0.0
    if per_day.sum():
        since = np.cumsum(per_day[::-1], axis=0)[::-1]
        by_start = one.evidence(since)
        at, evidence = int(np.argmax(by_start)), float(np.logaddexp.reduce(by_start))
    now, level = per_day[at:].sum(axis=0), alarm_level(alpha)
    shares = one.shares(now)
    share, known = shares or (None, None)
    changed_on = days[at] if days else None
    cause = _cause(one, first) if evidence >= level else ""
    shift = _shift_sd(one.sums, one.sums_per_day[kept][at:].sum(axis=0)) if len(one.sums_per_day) else None
    is_pair = one.family != "feature"
    return DriftSignal(
        key=one.key, family=one.family, against=one.against, subject=one.subject, class_name=one.class_name,
        n=int(now.sum()), n_reference=int(one.reference.sum()), evidence=evidence, level=level, alpha=alpha,
        changed_on=changed_on, effect=None if share is None or known is None else hellinger(share, known),
        share=float(share[0]) if is_pair and share is not None else None,
        reference_share=float(known[0]) if is_pair and known is not None else None, shift_sd=shift, cause=cause,
        is_back=_is_back(one, per_day, days, at, today), said=drift_in_words(one, share, known, shift, cause, changed_on),
    )  # fmt: skip


def _is_back(one: Comparison, per_day: NDArray[np.int64], days: Sequence[date], at: int, today: date) -> bool:
    """Whether the last week is twenty times likelier as the reference than as the days of the change before it."""
    in_week = np.array([day > today - timedelta(days=_WEEK) for day in days], dtype=bool)
    changed = per_day[at:][~in_week[at:]].sum(axis=0)
    week = per_day[in_week].sum(axis=0)
    if not np.sum(changed) or not np.sum(week):
        return False
    return one.log_likelihood(week, one.reference) - one.log_likelihood(week, changed) >= _SURE


def _cause(one: Comparison, first: date) -> str:
    """Whether the first two days alone show it already (wrong at most one time in twenty), or it came later."""
    if one.against == "opening":
        return "over time"
    opening = np.array([day <= first + timedelta(days=1) for day in one.days], dtype=bool)
    is_there = float(one.evidence(one.per_day[opening].sum(axis=0))) >= _SURE
    return "since the first day" if is_there else "over time"


def _shift_sd(reference: tuple[float, float, float], now: NDArray[np.float64]) -> float | None:
    """Move of the mean, in standard deviations of the reference; ``None`` where those are 0 or there are no numbers."""
    n, total, squares = reference
    if n < 2 or now[0] < 1:
        return None
    spread = squares / n - (total / n) ** 2
    return float((now[1] / now[0] - total / n) / np.sqrt(spread)) if spread > 1e-12 * max(1.0, squares / n) else None
