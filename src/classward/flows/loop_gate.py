"""Whether a version that the loop trained may go on: what the gate says of it, judged once as things stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classward.domain import FAILED, NOT_ENOUGH, PASSED, SafetyExample
from classward.flows.context import Context
from classward.flows.gate import judge_version
from classward.flows.gate_standing import standing_of
from classward.flows.versions import registry_state

__all__ = ["HeldAtGate", "hold_at_gate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAtGate:
    """What was decided, by which recorded decision, and in words."""

    may_go_on: bool
    decision: str
    said: str


def hold_at_gate(ctx: Context, number: int, *, examples: Sequence[SafetyExample] | None) -> HeldAtGate:
    """Let a version go on that passed; one that lacks evidence as well, where the gate is not required.

    What it lacks it has to bring in shadow, where nobody gets its answers. A judgement that was made as things stand is not
    made again.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    version = state.stored_version(number)
    standing = standing_of(ctx, version, state)
    if not standing.may_pass and standing.state not in {FAILED, NOT_ENOUGH}:
        judge_version(ctx, number, examples=examples)
        standing = standing_of(ctx, version, registry_state(ctx.journal, ctx.task.name))
    may_lack = standing.state == NOT_ENOUGH and not ctx.task.gate.is_required
    said = standing.told if standing.state != PASSED else f"version {number} passed"
    return HeldAtGate(may_go_on=standing.may_pass or may_lack, decision=standing.decision_id, said=said)
