"""Which state each version is in, and which changes of state are allowed: a fold, like everything about versions."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain import PASSED
from classward.errors import Refused
from classward.lifecycle.release.state import RegistryState

__all__ = ["ALLOWED", "ANSWERING", "VersionState", "check_readable", "check_transition", "version_states"]

ALLOWED: dict[str, tuple[str, ...]] = {
    "registered": ("validated", "shadow", "canary", "live", "quarantined"),
    "validated": ("registered", "shadow", "canary", "live", "quarantined"),
    "shadow": ("registered", "validated", "canary", "live", "quarantined"),
    "canary": ("registered", "validated", "shadow", "live", "retired", "quarantined"),
    "live": ("retired",),
    "retired": ("shadow", "canary", "live", "quarantined"),
    "quarantined": ("registered", "validated", "retired"),
}
"""From each state to which; a live version is replaced before it can be quarantined.

``validated`` is a version that passed the gate at its last judgement and never answered alone; a later judgement that it does
not pass makes it ``registered`` again. Where the task requires the gate, only what passed it may answer (CW870 to CW872).
"""


ANSWERING = ("shadow", "canary", "live")
"""States in which a version answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionState:
    """The state of one version, with the reason where a person gave one."""

    version: int
    state: str
    why: str = ""


def version_states(state: RegistryState) -> tuple[VersionState, ...]:
    """The state of every version, in order of their numbers."""
    return tuple(_state_of(state, version.version) for version in state.versions)


def check_transition(state: RegistryState, number: int, to: str) -> None:
    """Let a change of state pass, or say why not.

    Raises
    ------
    UnknownVersion
        CW302 if there is no such version.
    Refused
        CW608 for a change that is not allowed; CW110 if a class of a version that is to answer was split since.
    """
    state.version(number)
    if to in ANSWERING:
        check_readable(state, number)
    now = _state_of(state, number)
    if to in ALLOWED[now.state]:
        return
    ways = {"quarantined": f"classward quarantine {number} --lift", "live": "deploy another version first"}
    raise Refused(
        "CW608", f"version {number} is {now.state} and cannot become {to}", got=now.why,
        why=f"from {now.state} a version may become {', '.join(ALLOWED[now.state])}",
        fix=ways.get(now.state, "see 'classward history'"),
    )  # fmt: skip


def check_readable(state: RegistryState, number: int) -> None:
    """Let a version answer (or answer more) if its answers can be read in the classes of today.

    Raises
    ------
    Refused
        CW110 if one of its classes was split since.
    """
    lost = state.lost_classes(number)
    if lost:
        raise Refused(
            "CW110", f"version {number} cannot answer in the classes of today",
            got="; ".join(map(state.taxonomy.told, lost)),
            why="an answer that names a class which was split says nothing about the classes that it was split into",
            fix="train again: rows of a split class count once they are labelled with one of the new classes",
        )  # fmt: skip


def _state_of(state: RegistryState, number: int) -> VersionState:
    reason = dict(state.quarantined).get(number)
    if reason is not None:
        return VersionState(version=number, state="quarantined", why=reason)
    routes = state.deployment.routes if state.deployment else ()
    for role in ("live", "canary", "shadow"):
        if any(route.role == role and route.version == number for route in routes):
            return VersionState(version=number, state=role, why=state.deployment.why if state.deployment else "")
    was_live = any(d.live and d.live.version == number for d in state.deployments)
    if was_live:
        return VersionState(version=number, state="retired")
    outcome = dict(state.gated).get(state.version(number).bundle_hash)
    if outcome == PASSED:
        return VersionState(version=number, state="validated", why="passed the gate")
    return VersionState(version=number, state="registered", why="" if outcome is None else f"gate: {outcome}")
