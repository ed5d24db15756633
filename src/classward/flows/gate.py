"""The gate: a version is held against declared criteria before it is deployed; recorded, and replayable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from classward.domain import (
    FAILED,
    Decision,
    GateEvidence,
    GatePolicy,
    GateVerdict,
    SafetyExample,
    parse_time,
    to_plain,
)
from classward.flows.context import Context, note
from classward.flows.gate_evidence import gather_evidence
from classward.flows.gate_standing import declared, situation
from classward.flows.versions import registry_state
from classward.lifecycle.evaluate.stored import restored
from classward.lifecycle.release import decide_gate

__all__ = ["GateJudged", "judge_version", "replay_gate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateJudged:
    """The verdict on a version, the decision as recorded, and what it was compared with."""

    version: int
    live: int | None
    verdict: GateVerdict
    decision: Decision


def judge_version(ctx: Context, number: int, *, examples: Sequence[SafetyExample] | None = None) -> GateJudged:
    """Hold a version against the declared criteria and record the decision with its evidence.

    Nothing becomes live. What is live decides what it is compared with, so a version is judged again when that changes.

    Parameters
    ----------
    number : int
        Version.
    examples : sequence of SafetyExample, optional
        Read from the file that ``gate.examples`` names; ``None``: no file is named.

    Raises
    ------
    UnknownVersion
        CW302 if it was never registered.
    UnknownClass
        CW301 for a floor of a class that does not exist.
    ArtifactError
        If its bundle was edited or is damaged. Nothing is recorded.
    """
    state, policy = registry_state(ctx.journal, ctx.task.name), declared(ctx.task)
    version = state.stored_version(number)
    evidence = gather_evidence(ctx, policy, version, state, examples)
    decision, verdict = decide_gate(policy, evidence, decision_id=ctx.ids.new(), at=ctx.clock.now(), task=ctx.task.name)
    payload = situation(ctx.task, version, state) | {
        "outcome": verdict.outcome, "criteria": to_plain(verdict.criteria), "left_out": to_plain(verdict.left_out),
        "decision": to_plain(decision),
    }  # fmt: skip
    why = "; ".join(decision.reasons if verdict.outcome == FAILED else (*decision.reasons, *decision.missing))
    note(ctx, "gate_judged", payload, why=f"version {number} {verdict.outcome}: {why}")
    return GateJudged(version=number, live=evidence.live, verdict=verdict, decision=decision)


def replay_gate(plain: dict[str, Any]) -> tuple[Decision, bool]:
    """Decide a recorded verdict of the gate again from what it stored; say whether the answer is the same."""
    stored: Decision = restored(Decision, plain | {"at": parse_time(plain["at"])})
    inputs = json.loads(stored.inputs)
    policy, evidence = restored(GatePolicy, inputs["policy"]), restored(GateEvidence, inputs["evidence"])
    again, _ = decide_gate(policy, evidence, decision_id=stored.id, at=stored.at, task=stored.task)
    return stored, again == stored
