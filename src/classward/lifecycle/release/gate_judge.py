"""From evidence about a version to the verdict of the gate; pure, so it can be replayed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from classward.domain import (
    FAILED,
    NOT_ENOUGH,
    PASSED,
    Decision,
    GateCriterion,
    GateEvidence,
    GatePolicy,
    GateVerdict,
    canonical_json,
    content_hash,
    to_plain,
)
from classward.lifecycle.release.gate_figures import (
    calibration_criterion,
    floor_criteria,
    pair_criteria,
    slice_criteria,
)

__all__ = ["decide_gate", "judge_gate"]


def judge_gate(policy: GatePolicy, evidence: GateEvidence) -> GateVerdict:
    """Hold a version against every declared criterion.

    The verdict is ``failed`` if one criterion failed, ``passed`` only if there are some and all passed, and otherwise
    ``not enough evidence``. Criteria that do not apply (nothing is live to compare with) are told and count as nothing.

    Parameters
    ----------
    policy : GatePolicy
        What was declared.
    evidence : GateEvidence
        What was found.
    """
    criteria = tuple(_criteria(policy, evidence))
    outcomes = {c.outcome for c in criteria}
    outcome = FAILED if FAILED in outcomes else PASSED if outcomes == {PASSED} else NOT_ENOUGH
    small = tuple(
        f"slice {s.column}: {s.level}: {s.n:,} sealed rows are fewer than {policy.slice_rows}"
        for s in evidence.slices
        if s.n < policy.slice_rows
    )
    return GateVerdict(outcome=outcome, criteria=criteria, left_out=(*evidence.left_out, *small))


def decide_gate(
    policy: GatePolicy, evidence: GateEvidence, *, decision_id: str, at: datetime, task: str
) -> tuple[Decision, GateVerdict]:
    """Judge, and put the verdict into a decision that can be replayed from what it stores."""
    verdict = judge_gate(policy, evidence)
    inputs = canonical_json({"policy": to_plain(policy), "evidence": to_plain(evidence)})
    n = len(verdict.criteria)
    reasons = tuple(map(_told, verdict.of(FAILED))) or (f"{len(verdict.of(PASSED))} of {n} criteria passed",)
    decision = Decision(
        id=decision_id, at=at, task=task, verb="gate", verdict=verdict.outcome, reasons=reasons,
        error_rate=policy.error_rate,
        error_rate_of="a version that breaks a criterion on figures passing, or one that keeps them all being failed",
        inputs=inputs, inputs_hash=content_hash(inputs), missing=tuple(map(_told, verdict.of(NOT_ENOUGH))),
    )  # fmt: skip
    return decision, verdict


def _criteria(policy: GatePolicy, evidence: GateEvidence) -> Iterator[GateCriterion]:
    n_slices = sum(s.n >= policy.slice_rows for s in evidence.slices)
    n_tests = max(1, len(evidence.floors) + n_slices)
    yield _sealed(evidence)
    yield from floor_criteria(evidence.floors, policy, n_tests=n_tests)
    yield from pair_criteria(evidence.pairs, policy) if evidence.pairs else _no_pairs(evidence)
    yield calibration_criterion(evidence.calibration)
    yield from slice_criteria(evidence.slices, policy, n_tests=n_tests)
    for found in evidence.found:
        outcome = found.outcome if found.outcome in {PASSED, FAILED} else NOT_ENOUGH
        yield GateCriterion(name=found.name, subject=found.subject, outcome=outcome, said=found.said)


def _no_pairs(evidence: GateEvidence) -> Iterator[GateCriterion]:
    if evidence.no_pairs:
        yield GateCriterion(name="no worse than live", subject="", outcome=NOT_ENOUGH, said=evidence.no_pairs)


def _sealed(evidence: GateEvidence) -> GateCriterion:
    facts = evidence.sealed
    said = f"measured on {facts.n:,} sealed rows, read {facts.n_reads} time(s) of {facts.most_reads}"
    outcome = PASSED
    if not facts.is_sealed:
        outcome, said = FAILED, "the stored report is not of the version's own sealed rows"
    elif not facts.n or facts.n_reads > facts.most_reads:
        outcome = NOT_ENOUGH
        said += "; who looks so often has chosen by them" if facts.n else ""
    return GateCriterion(name="sealed holdout", subject="", outcome=outcome, said=said)


def _told(criterion: GateCriterion) -> str:
    return f"{criterion.name}{f' of {criterion.subject}' if criterion.subject else ''}: {criterion.said}"
