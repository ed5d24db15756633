"""The state of rollouts is a fold over the journal; a change of routes by anybody else ends the one under way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from classward.domain import Event, JudgedClass, Rollout, RolloutPolicy, parse_time

__all__ = ["apply_to_rollouts", "policy_from_plain", "rollout_from_plain"]


def apply_to_rollouts(rollouts: tuple[Rollout, ...], event: Event, payload: dict[str, Any]) -> tuple[Rollout, ...]:
    """Give the rollouts after an event; the last one may be under way, the others have ended."""
    current = rollouts[-1] if rollouts and rollouts[-1].is_under_way else None
    if event.kind in {"deployed", "rolled_back"}:
        told = payload.get("rollout")
        if told is not None and "plan" in told:
            kept = _ended(rollouts, event, "another rollout began") if current else rollouts
            return (*kept, _begun(told, event))
        if current is None:
            return rollouts
        if told is None or told["id"] != current.id:
            return _ended(rollouts, event, "routes were changed by hand")
        return (*rollouts[:-1], _moved(current, told, event))
    if current is None or payload.get("rollout_id") != current.id:
        return rollouts
    if event.kind == "rollout_paused":
        return (*rollouts[:-1], replace(current, is_paused=True, why=event.why))
    if event.kind == "rollout_resumed":
        accepted = (*current.accepted, current.question) if current.question else current.accepted
        return (*rollouts[:-1], replace(current, is_paused=False, why="", question="", accepted=accepted))
    if event.kind == "rollout_judged":
        current = replace(current, said=payload["said"])
        if payload["outcome"] == "ask":
            current = replace(current, is_paused=True, why=event.why, question=payload["question"])
        return (*rollouts[:-1], current)
    return rollouts


def rollout_from_plain(plain: dict[str, Any]) -> Rollout:
    """A rollout as it was recorded with a verdict."""
    times = {k: parse_time(plain[k]) for k in ("began_at", "stage_since")}
    ended = parse_time(plain["ended_at"]) if plain.get("ended_at") else None
    given = plain | times | {"ended_at": ended, "policy": policy_from_plain(plain["policy"])}
    given |= {"classes": tuple(JudgedClass(**c) for c in plain["classes"]), "accepted": tuple(plain["accepted"])}
    return Rollout(**given)


def policy_from_plain(plain: dict[str, Any]) -> RolloutPolicy:
    """A policy as it was recorded."""
    return RolloutPolicy(**(plain | {"steps": tuple(plain["steps"]), "pause_on": tuple(plain["pause_on"])}))


def _begun(told: dict[str, Any], event: Event) -> Rollout:
    plan = told["plan"]
    return Rollout(
        id=told["id"], candidate=plan["candidate"], candidate_hash=plan["candidate_hash"], stable=plan["stable"],
        stable_hash=plan["stable_hash"], policy=policy_from_plain(plan["policy"]),
        classes=tuple(JudgedClass(**c) for c in plan["classes"]), began_at=event.at, began_seq=event.seq,
        stage=told["stage"], step=told["step"], stage_since=event.at,
    )  # fmt: skip


def _moved(current: Rollout, told: dict[str, Any], event: Event) -> Rollout:
    moved = replace(
        current, stage=told["stage"], step=told["step"], stage_since=event.at, is_paused=False, why="", question="",
        accepted=(), said="",
    )  # fmt: skip
    return moved if moved.is_under_way else replace(moved, ended_at=event.at, cause=told["cause"], why=event.why)


def _ended(rollouts: tuple[Rollout, ...], event: Event, cause: str) -> tuple[Rollout, ...]:
    last = replace(rollouts[-1], stage="aborted", ended_at=event.at, cause=cause, why=event.why, is_paused=False)
    return (*rollouts[:-1], last)
