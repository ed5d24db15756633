"""Whether the gate lets a version pass: the criteria in force, how it stands, and who went against it."""

from __future__ import annotations

from dataclasses import replace

from classward.domain import FAILED, NOT_ENOUGH, Event, GateFloor, GatePolicy, ModelVersion, Task, content_hash
from classward.errors import Refused, UsageError
from classward.flows.context import Context, note
from classward.flows.versions import registry_state
from classward.lifecycle.release import GateStanding, RegistryState, gate_standing

__all__ = ["declared", "override_gate", "require_gate", "situation", "standing_of"]


def declared(task: Task) -> GatePolicy:
    """The criteria in force: floors from the promises on classes where the gate has none, the margin from rollouts."""
    own = {(f.class_name, f.indicator) for f in task.gate.floors}
    promised = tuple(
        GateFloor(class_name=s.class_name, indicator=s.indicator, floor=s.target)
        for s in task.slos
        if s.class_name is not None and (s.class_name, s.indicator) not in own
    )
    return replace(task.gate, floors=(*task.gate.floors, *promised), margin=task.rollout.margin)


def standing_of(ctx: Context, version: ModelVersion, state: RegistryState) -> GateStanding:
    """How the gate stands for a version as things are now."""
    now = situation(ctx.task, version, state)
    return gate_standing(
        ctx.journal.events(task=ctx.task.name), task=ctx.task.name, bundle_hash=version.bundle_hash,
        live_hash=str(now["live_hash"]), policy_hash=str(now["policy_hash"]),
    )  # fmt: skip


def require_gate(ctx: Context, version: ModelVersion, state: RegistryState) -> None:
    """Let a version be deployed where the gate is not required, it passed, or a person overrode it.

    Raises
    ------
    Refused
        CW870 if it failed; CW871 if evidence is missing; CW872 if it was never judged as things stand.
    """
    if not ctx.task.gate.is_required:
        return
    standing, number = standing_of(ctx, version, state), version.version
    if standing.may_pass:
        return
    way = f'or take it upon yourself: classward deploy {number} --override --because "…"'
    if standing.state == FAILED:
        raise Refused(
            "CW870", f"version {number} failed the gate", got=standing.told,
            why="gate.required says that no such version is deployed", fix=f"train a better one; {way}",
        )  # fmt: skip
    if standing.state == NOT_ENOUGH:
        raise Refused(
            "CW871", f"the gate has not enough evidence about version {number}", got=standing.told,
            why="missing evidence is never success", fix=f"bring what is missing and run 'classward gate {number}'; {way}",
        )  # fmt: skip
    raise Refused(
        "CW872", f"version {number} was not judged by the gate as things stand", got=standing.state,
        why="a judgement counts for one bundle, the version that is live and the criteria declared now",
        fix=f"classward gate {number}; {way}",
    )  # fmt: skip


def override_gate(ctx: Context, number: int, *, because: str) -> Event:
    """Let a version pass that did not, on somebody's word; it counts until anything is deployed or the gate judges again.

    Raises
    ------
    UsageError
        CW901 without a reason; CW873 if there is nothing to override.
    Refused
        CW804 if it is live already.
    """
    if not because.strip():
        raise UsageError(
            "CW901", "overriding the gate needs a reason", got="no --because",
            why="who reads the journal later must know why", fix='add --because "…"',
        )  # fmt: skip
    head = ctx.journal.head()
    state = registry_state(ctx.journal, ctx.task.name)
    version = state.stored_version(number)
    if state.live and state.live.version == number:
        raise Refused("CW804", f"version {number} is live already", fix="nothing to do; 'classward status' shows it")
    standing = standing_of(ctx, version, state)
    if standing.may_pass or not ctx.task.gate.is_required:
        got = standing.state if ctx.task.gate.is_required else "gate.required is false"
        raise UsageError(
            "CW873", f"there is nothing to override for version {number}", got=got,
            why="an override on record says that somebody went against the gate", fix="leave out --override",
        )  # fmt: skip
    payload = situation(ctx.task, version, state) | {"state": standing.state, "decision_id": standing.decision_id}
    return note(ctx, "gate_overridden", payload, why=because, expected=head)


def situation(task: Task, version: ModelVersion, state: RegistryState) -> dict[str, object]:
    """What a judgement or an override is about: the bundle, what is live, the criteria."""
    return {
        "version": version.version, "bundle_hash": version.bundle_hash,
        "live_hash": state.live.bundle_hash if state.live else "",
        "policy_hash": content_hash(replace(declared(task), is_required=True)),
    }  # fmt: skip
