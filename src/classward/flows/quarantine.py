"""Take a version out of reach of deployments and rollbacks, and let it back."""

from __future__ import annotations

from classward.domain import Event
from classward.errors import Refused, UsageError
from classward.flows.context import Context, draft
from classward.flows.versions import registry_state
from classward.lifecycle.release import check_transition

__all__ = ["lift_quarantine", "quarantine"]


def quarantine(ctx: Context, number: int, *, because: str) -> Event:
    """Put a version into quarantine; nothing makes it answer until that is lifted.

    Raises
    ------
    UsageError
        CW901 without a reason.
    UnknownVersion
        CW302 if there is no such version.
    Refused
        CW608 if it is live, or in quarantine already.
    """
    _require_reason(because)
    head = ctx.journal.head()
    check_transition(registry_state(ctx.journal, ctx.task.name), number, "quarantined")
    return ctx.journal.append(draft(ctx, "quarantined", {"version": number}, why=because), expected=head)[0]


def lift_quarantine(ctx: Context, number: int, *, because: str) -> Event:
    """Let a version answer again, if somebody deploys it.

    Raises
    ------
    UsageError
        CW901 without a reason.
    Refused
        CW609 if it is not in quarantine.
    """
    _require_reason(because)
    head = ctx.journal.head()
    if number not in dict(registry_state(ctx.journal, ctx.task.name).quarantined):
        raise Refused("CW609", f"version {number} is not in quarantine", fix="'classward history' tells what happened")
    return ctx.journal.append(draft(ctx, "quarantine_lifted", {"version": number}, why=because), expected=head)[0]


def _require_reason(because: str) -> None:
    if not because.strip():
        raise UsageError(
            "CW901", "a quarantine needs a reason", got="no --because",
            why="who reads the journal later must know why", fix='add --because "…"',
        )  # fmt: skip
