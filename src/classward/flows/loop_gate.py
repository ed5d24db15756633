"""Whether a version that the loop trained may go on: compared with the live one on rows that neither has seen."""

from __future__ import annotations

from dataclasses import dataclass

from classward.flows.compare import compare
from classward.flows.context import Context
from classward.flows.versions import registry_state, require_live

__all__ = ["HeldAtGate", "hold_at_gate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAtGate:
    """What was decided, by which recorded decision, and in words."""

    may_go_on: bool
    decision: str
    said: str


def hold_at_gate(ctx: Context, number: int) -> HeldAtGate:
    """Let a version go on unless it is shown to be worse: what it lacks in evidence it has to bring in shadow.

    Raises
    ------
    DataError
        CW245 if no row is left that neither version has seen.
    Refused
        CW801 if nothing is live any more.
    """
    live = require_live(registry_state(ctx.journal, ctx.task.name)).version
    decision = compare(ctx, live, number).decision
    said = f"{decision.verdict}: {'; '.join(decision.reasons)}"
    return HeldAtGate(may_go_on=decision.verdict != "worse", decision=decision.id, said=said)
