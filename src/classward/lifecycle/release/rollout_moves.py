"""Where a rollout may go from where it is, and which routes that makes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from classward.domain import Rollout, RolloutPolicy, RolloutVerdict, Route
from classward.errors import Refused

__all__ = ["Move", "after_rollbacks", "move_for", "next_move", "routes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of stage; ``cause`` says which rule or person wanted it."""

    stage: str
    step: int = 0
    cause: str = ""


def next_move(rollout: Rollout, *, is_full: bool = False, cause: str = "") -> Move:
    """One step on, or with ``is_full`` straight to all traffic; the last step is left for the end of the rollout.

    Raises
    ------
    Refused
        CW834 if it has ended.
    """
    if not rollout.is_under_way:
        raise Refused(
            "CW834", "no rollout is under way", got=f"the last one is {rollout.stage}",
            fix="classward deploy VERSION begins one",
        )  # fmt: skip
    last = len(rollout.policy.steps) - 1
    if rollout.is_last_step:
        return Move(stage="finished", cause=cause)
    if is_full:
        return Move(stage="canary", step=last, cause=cause)
    return Move(stage="canary", step=0 if rollout.stage == "shadow" else rollout.step + 1, cause=cause)


def move_for(rollout: Rollout, verdict: RolloutVerdict) -> Move | None:
    """What a verdict changes about the routes: only ``advance`` and ``abort`` do."""
    if verdict.outcome == "abort":
        return Move(stage="aborted", cause=verdict.cause)
    return next_move(rollout, cause=verdict.cause) if verdict.outcome == "advance" else None


def routes_of(rollout: Rollout, move: Move) -> tuple[Route, ...]:
    """The routes of a stage. Until the end the stable version stays the live one, so that an abort only takes away."""
    stable = Route(role="live", version=rollout.stable, bundle_hash=rollout.stable_hash)
    candidate = Route(role="live", version=rollout.candidate, bundle_hash=rollout.candidate_hash)
    if move.stage == "shadow":
        return stable, replace(candidate, role="shadow", weight=rollout.policy.shadow_share)
    if move.stage == "canary":
        return stable, replace(candidate, role="canary", weight=rollout.policy.steps[move.step])
    return (candidate,) if move.stage == "finished" else (stable,)


def after_rollbacks(policy: RolloutPolicy, n_rollbacks: int) -> RolloutPolicy:
    """Ask for more where rollbacks were frequent: twice the time in shadow, and a first step half as large.

    >>> after_rollbacks(RolloutPolicy(), 3).steps
    (0.025, 0.05, 0.25, 1.0)
    """
    if n_rollbacks < policy.most_rollbacks:
        return policy
    first = policy.steps[0] / 2
    return replace(policy, shadow_days=2 * policy.shadow_days, steps=(first, *policy.steps))
