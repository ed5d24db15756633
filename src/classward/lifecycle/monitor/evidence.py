"""Labels are taken in, each once and in the order they came: what they amount to against each promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from classward.domain import Stream, StreamState
from classward.statistics import YEAR_DAYS, alarm_level, bets_against, log_wealth

__all__ = ["Truths", "begun_afresh", "fresh_state", "taken_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truths:
    """Labelled answers of one version in order of receipt.

    Parameters
    ----------
    version : int
        Whose answers.
    day : int array of shape (n,)
        UTC day of receipt (proleptic ordinal), not falling.
    truth, answer : str arrays of shape (n,)
        True and answered class.
    weight : float array of shape (n,)
        Inverse probability of having been chosen for labelling.
    """

    version: int
    day: NDArray[np.int64]
    truth: NDArray[np.str_]
    answer: NDArray[np.str_]
    weight: NDArray[np.float64]

    def about(self, stream: Stream) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which rows count for a stream, and which went well."""
        of_class = self.truth if stream.family == "recall" else self.answer
        return of_class == stream.class_name, self.truth == self.answer


def fresh_state(stream: Stream, *, version: int, today: date, began_on: date | None = None) -> StreamState:
    """No evidence yet: the first unit is staked today."""
    n_bets = len(bets_against(stream.promised, is_floor=stream.is_floor).alternatives)
    return StreamState(
        key=stream.key, version=version, began_on=began_on or today, day=today, log_wealth=(0.0,) * n_bets
    )


def begun_afresh(state: StreamState) -> StreamState:
    """Forget the evidence of an alarm that was resolved; the count of labels goes on."""
    return replace(
        state, log_wealth=(0.0,) * len(state.log_wealth), peak=0.0, n_at_peak=state.n, is_raised=False, n_since=0,
        n_hits_since=0, n_before=state.n, n_hits_before=state.n_hits,
    )  # fmt: skip


def taken_in(
    state: StreamState, stream: Stream, truths: Truths, *, most_weight: float = 1.0, until: date | None = None
) -> StreamState:
    """Move the evidence on by some labels, and by the days that have begun since.

    The same labels in the same order give the same state whatever batches they come in. The evidence is looked at after
    every label, so an alarm does not depend on when somebody looks. Once raised, an alarm stays until it is resolved.

    Parameters
    ----------
    state : StreamState
        Of this stream and of the version the labels are about.
    truths : Truths
        New labels, all of ``state.version``.
    most_weight : float
        Rows of larger weight are left out here.
    until : date, optional
        Today, if days have begun since the last label.

    Raises
    ------
    ValueError
        If the labels are of another version.
    """
    if truths.version != state.version:
        raise ValueError(f"labels of version {truths.version} are no evidence about version {state.version}")
    counts, hits = truths.about(stream)
    counts = counts & (truths.weight <= most_weight)
    for day in np.unique(truths.day[counts]).tolist():
        now = counts & (truths.day == day)
        state = _after_rows(_on(state, date.fromordinal(day)), stream, hits[now], truths.weight[now], most_weight)
    return _on(state, until) if until is not None else state


def _on(state: StreamState, today: date) -> StreamState:
    """Begin every day up to ``today``, and a new year of the error budget when the old one is over."""
    if today <= state.day:
        return state
    n_years = (today - state.began_on).days // YEAR_DAYS
    if n_years:
        began_on = state.began_on + timedelta(days=n_years * YEAR_DAYS)
        units = float(np.log((today - began_on).days + 1))
        return replace(
            state, began_on=began_on, day=today, log_wealth=(units,) * len(state.log_wealth),
            peak=state.peak if state.is_raised else 0.0,
        )  # fmt: skip
    units = float(np.log((today - state.day).days))
    wealth = np.logaddexp(np.array(state.log_wealth), units)
    return replace(state, day=today, log_wealth=tuple(wealth.tolist()))


def _after_rows(
    state: StreamState,
    stream: Stream,
    is_hit: NDArray[np.bool_],
    weight: NDArray[np.float64],
    most_weight: float,
) -> StreamState:
    bets = bets_against(stream.promised, is_floor=stream.is_floor)
    factors = bets.log_factors_weighted(is_hit, weight, most_weight=most_weight)
    path = np.array(state.log_wealth) + np.cumsum(factors, axis=0)
    evidence = log_wealth(path)
    best = int(np.argmax(evidence))
    n_hits = np.cumsum(is_hit)
    moved = replace(
        state, log_wealth=tuple(path[-1].tolist()), n=state.n + len(is_hit), n_hits=state.n_hits + int(n_hits[-1])
    )
    if state.is_raised:
        return replace(moved, n_since=state.n_since + len(is_hit), n_hits_since=state.n_hits_since + int(n_hits[-1]))
    crossed = np.flatnonzero(evidence >= alarm_level(stream.alpha))
    if crossed.size:
        first = int(crossed[0])
        after = len(is_hit) - first - 1
        return replace(
            moved, is_raised=True, peak=float(evidence[first]), n_at_peak=state.n + first + 1, n_since=after,
            n_hits_since=int(n_hits[-1] - n_hits[first]),
        )  # fmt: skip
    if evidence[best] > state.peak:
        return replace(moved, peak=float(evidence[best]), n_at_peak=state.n + best + 1)
    return moved
