"""Who is told what, and when: together what belongs together, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from classward.domain import Alert, AlertPolicy, Notice, Task

__all__ = ["notices_due"]


def notices_due(
    alerts: Sequence[Alert],
    sent: frozenset[tuple[str, str]],
    task: Task,
    *,
    deployed_at: datetime | None,
    now: datetime,
) -> tuple[Notice, ...]:
    """Group what one place has not been told yet.

    Alerts of one version, kind and state go out together. Pages go to the owner and to who is called when the model
    misbehaves, tickets to the owner. While a version has just gone live (``alerts.quiet``), tickets wait, and are then told
    together; a ticket about a class whose promise has broken waits until the page is over. Pages never wait.

    Parameters
    ----------
    alerts : sequence of Alert
        All there are, open or resolved.
    sent : frozenset of (alert id, state)
        What the place was told: ``firing`` or ``resolved``. What resolved before it was told is never told.
    task : Task
        Names, contacts and policy.
    deployed_at : datetime or None
        When routes changed last.
    now : datetime
        The present.
    """
    paged = {(a.version, a.class_name) for a in alerts if a.severity == "page" and a.state != "resolved"}
    groups: dict[tuple[str, str, int, bool], list[Alert]] = {}
    for alert in alerts:
        state = "resolved" if alert.state == "resolved" else "firing"
        if (alert.id, state) in sent or (state == "resolved" and (alert.id, "firing") not in sent):
            continue
        is_held = alert.severity != "page" and _came_with(alert, task.alerts, deployed_at)
        if is_held and deployed_at is not None and now < deployed_at + timedelta(days=task.alerts.quiet_days):
            continue
        if alert.severity != "page" and alert.class_name and (alert.version, alert.class_name) in paged:
            continue
        groups.setdefault((alert.severity, state, alert.version, is_held), []).append(alert)
    return tuple(_notice(task, key, own) for key, own in sorted(groups.items()))


def _came_with(alert: Alert, policy: AlertPolicy, deployed_at: datetime | None) -> bool:
    return deployed_at is not None and timedelta(0) <= alert.raised_at - deployed_at < timedelta(days=policy.quiet_days)


def _notice(task: Task, key: tuple[str, str, int, bool], alerts: Sequence[Alert]) -> Notice:
    severity, state, version, is_held = key
    own = sorted(alerts, key=lambda a: (a.class_name or "", a.key))
    named = ", ".join(dict.fromkeys(a.class_name or a.subject or a.family for a in own))
    contacts = (task.owner, task.sre) if severity == "page" else (task.owner,)
    lines = [_line(a, state) for a in own]
    if is_held:
        lines.insert(0, f"kept back while version {version} went live:")
    return Notice(
        task=task.name, state=state, severity=severity, version=version, alerts=tuple(own),
        to=tuple(dict.fromkeys(c for c in contacts if c)), title=f"{task.name} v{version}: {severity} {state}: {named}",
        text="\n".join((*lines, "why: classward doctor; to take care of it: classward alerts ack ID")), is_held=is_held,
    )  # fmt: skip


def _line(alert: Alert, state: str) -> str:
    said = alert.said or (
        f"{alert.family} of {alert.class_name}: {alert.n_hits} of {alert.n} labels right, promised {alert.promised:g}"
    )
    if state == "resolved":
        return f"{said} [{alert.id}]: {alert.why_resolved}"
    return (
        f"{said} [{alert.id}; evidence {alert.evidence:.1f} of {alert.level:.1f} nats, false {alert.alpha:.2g} a year]"
    )
