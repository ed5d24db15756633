"""Which tickets about drift are to be raised or resolved, from the evidence alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from classward.domain import Alert, AlertPolicy, DriftSignal

__all__ = ["TicketDue", "stakes_over", "ticket_for", "tickets_due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDue:
    """One change: a ticket to raise (``alert`` is ``None``), or one to resolve with the reason."""

    signal: DriftSignal | None
    alert: Alert | None = None
    why: str = ""


def tickets_due(
    signals: Sequence[DriftSignal], alerts: Sequence[Alert], policy: AlertPolicy, *, live_version: int
) -> tuple[TicketDue, ...]:
    """Hold what moved against the tickets that are open.

    Drift never pages: it says that inputs or answers changed, not that a promise broke. A ticket is raised when the
    evidence is enough and the difference is worth telling. It is resolved when another version goes live, or when the rows
    of the last week alone speak for the reference again; silence resolves nothing.
    """
    is_open = {a.key: a for a in alerts if a.state != "resolved" and a.key.startswith("drift:")}
    gone = f"version {live_version} went live"
    due = [TicketDue(signal=None, alert=a, why=gone) for a in is_open.values() if a.version != live_version]
    for signal in signals:
        open_one = is_open.get(signal.key)
        if open_one is not None and open_one.version != live_version:
            open_one = None
        is_proved = signal.evidence >= signal.level and (signal.effect or 0.0) >= policy.least_effect
        if open_one is None and is_proved and not signal.is_back:
            due.append(TicketDue(signal=signal))
        elif open_one is not None and signal.is_back:
            why = "the rows of the last seven days look like the reference again"
            due.append(TicketDue(signal=signal, alert=open_one, why=why))
    return tuple(due)


def ticket_for(signal: DriftSignal, *, alert_id: str, version: int, now: datetime) -> Alert:
    """Put a change into words and figures."""
    n_hits = round((signal.share or 0.0) * signal.n)
    return Alert(
        id=alert_id, key=signal.key, severity="ticket", family=signal.family, class_name=signal.class_name,
        version=version, promised=signal.reference_share or 0.0, state="firing", raised_at=now, n=signal.n,
        n_hits=n_hits, label_number=0, evidence=signal.evidence, level=signal.level, alpha=signal.alpha,
        subject=signal.subject, changed_on=signal.changed_on, effect=signal.effect, said=signal.said,
    )  # fmt: skip


def stakes_over(alerts: Sequence[Alert], *, version: int) -> tuple[tuple[str, date], ...]:
    """From when on each comparison whose ticket was resolved counts afresh."""
    return tuple(
        (a.key, a.resolved_at.date())
        for a in alerts
        if a.resolved_at and a.version == version and a.state == "resolved"
    )
