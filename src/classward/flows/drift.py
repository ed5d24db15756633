"""Look for drift in what is kept of days, and raise or resolve tickets about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from classward.domain import Alert, DriftSignal, Reference, to_plain
from classward.flows.alert_log import alerts_of
from classward.flows.context import Context, note
from classward.flows.label_space import find_label_space
from classward.flows.reference import reference_of
from classward.flows.summaries import mend
from classward.flows.versions import registry_state
from classward.lifecycle.monitor import drift_signals, stakes_over, ticket_for, tickets_due
from classward.lifecycle.release import RegistryState
from classward.statistics import YEAR_DAYS

__all__ = ["DriftLook", "drift_now", "look_for_drift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLook:
    """What one look saw: every comparison, the most convincing first, and what they are held against.

    ``reference`` is ``None`` where nothing is live, or the version's training rows are gone.
    """

    version: int | None
    reference: Reference | None
    signals: tuple[DriftSignal, ...]
    n_days: int
    raised: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()


def drift_now(ctx: Context, *, now: datetime) -> DriftLook:
    """Compare the kept days of the live version with its reference; changes nothing but a summary that was damaged."""
    state = registry_state(ctx.journal, ctx.task.name)
    if state.deployment is None or state.deployment.live is None:
        return DriftLook(version=None, reference=None, signals=(), n_days=0)
    version = state.version(state.deployment.live.version)
    space = find_label_space(ctx, version.label_space_hash)
    reference = reference_of(ctx, version, space) if space else None
    if reference is None:
        return DriftLook(version=version.version, reference=None, signals=(), n_days=0)
    since, today = state.deployment.since.astimezone(UTC).date(), now.astimezone(UTC).date()
    year = _year_began(state, today)
    kept = ctx.watching.buckets(task=ctx.task.name, version=version.version, route="live", since=since)
    if kept.damaged:
        mend(ctx, kept.damaged, now=now)
        kept = ctx.watching.buckets(task=ctx.task.name, version=version.version, route="live", since=since)
    signals = drift_signals(
        reference, kept.buckets, ctx.task.alerts, since=since, year_began_on=year, today=today,
        not_before=stakes_over(alerts_of(ctx), version=version.version),
    )  # fmt: skip
    return DriftLook(version=version.version, reference=reference, signals=signals, n_days=len(kept.buckets))


def look_for_drift(ctx: Context, *, now: datetime) -> DriftLook:
    """The same, and record what is due. For the holder of the lease."""
    seen = drift_now(ctx, now=now)
    if seen.version is None:
        return seen
    raised, resolved = [], []
    for due in tickets_due(seen.signals, alerts_of(ctx), ctx.task.alerts, live_version=seen.version):
        evidence = to_plain(due.signal) if due.signal else {}
        if due.alert is not None:
            note(ctx, "alert_resolved", {"id": due.alert.id, "evidence": evidence}, why=due.why)
            resolved.append(due.alert)
        elif due.signal is not None:
            alert = ticket_for(due.signal, alert_id=ctx.ids.new(), version=seen.version, now=now)
            why = f"{alert.said}; chance of a false ticket {alert.alpha:.2g} a year"
            note(ctx, "alert_raised", {"alert": to_plain(alert), "evidence": evidence}, why=why)
            raised.append(alert)
    return DriftLook(
        version=seen.version, reference=seen.reference, signals=seen.signals, n_days=seen.n_days, raised=tuple(raised),
        resolved=tuple(resolved),
    )  # fmt: skip


def _year_began(state: RegistryState, today: date) -> date:
    """First day of the present year of the chance: years are counted from the first deployment."""
    first = min(d.since for d in state.deployments if d.live).astimezone(UTC).date()
    return first + timedelta(days=(today - first).days // YEAR_DAYS * YEAR_DAYS)
