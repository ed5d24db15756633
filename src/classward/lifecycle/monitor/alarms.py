"""What is to be raised or resolved, from the evidence alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classward.domain import Alert, Stream, StreamState
from classward.statistics import alarm_level, rate_sequence

__all__ = ["Due", "alert_for", "alerts_due", "settled"]

_WRONGLY_RESOLVED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One change: an alert to raise (``alert`` is ``None``), or one to resolve with the reason."""

    stream: Stream
    state: StreamState
    alert: Alert | None = None
    why: str = ""


def alerts_due(
    streams: Sequence[Stream], states: Sequence[StreamState], alerts: Sequence[Alert], *, live_version: int
) -> tuple[Due, ...]:
    """Hold the evidence of each stream against the alerts that are open.

    An alert is resolved by labels that show the promise kept since it was raised (a confidence sequence, wrong in at most
    one of twenty), or when another version went live, whose evidence begins afresh. Silence resolves nothing.

    Parameters
    ----------
    streams, states
        What is watched, and its evidence, matched by key.
    alerts : sequence of Alert
        Every alert so far (:func:`open_alerts`).
    live_version : int
        Which version answers now.
    """
    by_key = {s.key: s for s in states}
    is_open = {a.key: a for a in alerts if a.state != "resolved"}
    due = []
    for stream in streams:
        state, alert = by_key.get(stream.key), is_open.get(stream.key)
        if state is None:
            continue
        if alert is not None and alert.version != live_version:
            due.append(Due(stream=stream, state=state, alert=alert, why=f"version {live_version} went live"))
            alert = None
        if alert is None and state.is_raised:
            due.append(Due(stream=stream, state=state))
        elif alert is not None and _is_kept_again(stream, state):
            why = f"{state.n_hits_since} of {state.n_since} labels since then went well: the promise is kept again"
            due.append(Due(stream=stream, state=state, alert=alert, why=why))
    return tuple(due)


def _is_kept_again(stream: Stream, state: StreamState) -> bool:
    low, high = rate_sequence(state.n_hits_since, state.n_since, alpha=_WRONGLY_RESOLVED)
    return low >= stream.promised if stream.is_floor else high <= stream.promised


def settled(states: Sequence[StreamState], alerts: Sequence[Alert]) -> frozenset[str]:
    """Keys of streams whose alarm was resolved already: their evidence is to begin afresh, and nothing is raised twice."""
    done = {(a.key, a.version, a.label_number) for a in alerts if a.state == "resolved"}
    return frozenset(s.key for s in states if s.is_raised and (s.key, s.version, s.n_at_peak) in done)


def alert_for(due: Due, *, alert_id: str, now: datetime) -> Alert:
    """Put an alert into words and figures, with the evidence at the moment it was enough."""
    stream, state = due.stream, due.state
    return Alert(
        id=alert_id, key=stream.key, severity=stream.severity, family=stream.family, class_name=stream.class_name,
        version=state.version, promised=stream.promised, state="firing", raised_at=now,
        n=state.n_at_peak - state.n_before, n_hits=state.n_hits - state.n_hits_since - state.n_hits_before,
        label_number=state.n_at_peak, evidence=state.peak, level=alarm_level(stream.alpha),
        alpha=stream.alpha,
    )  # fmt: skip
