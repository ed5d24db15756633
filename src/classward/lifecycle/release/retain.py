"""Which versions must be kept, and why; the rest may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classward.domain import ModelVersion
from classward.lifecycle.release.state import RegistryState
from classward.lifecycle.release.way_back import rollback_target

__all__ = ["KeptVersion", "Retention", "retain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """A version that stays, with every reason."""

    version: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Versions that stay, and those nothing speaks for; ``rule`` says it in words."""

    kept: tuple[KeptVersion, ...]
    gone: tuple[ModelVersion, ...]
    rule: str


def retain(
    state: RegistryState,
    *,
    now: datetime,
    keep_newest: int = 10,
    keep_days: float = 90.0,
    answering: frozenset[str] = frozenset(),
) -> Retention:
    """Divide the versions of a task.

    A version stays while it is on a route, is what a rollback would return to, is on hold, is among the newest, was
    registered or live within the last days, or answers in a running process.

    Parameters
    ----------
    state : RegistryState
        Folded from the journal; versions collected before are passed over.
    now : datetime
        Aware time.
    keep_newest : int
        How many of the newest versions stay.
    keep_days : float
        How long a version stays after it was registered or last live.
    answering : frozenset of str
        Bundle hashes that running processes say they answer with.
    """
    since = now - timedelta(days=keep_days)
    stored = [v for v in state.versions if v.bundle_hash not in dict(state.collected)]
    back = rollback_target(state)
    newest = {v.version for v in stored[len(stored) - min(keep_newest, len(stored)) :]}
    kept, gone = [], []
    for version in stored:
        reasons = [f"{role} route" for role in _routes(state, version.version)]
        reasons += [f"on hold: {why}" for number, why in state.holds if number == version.version]
        checks = (
            (back is not None and version.version == back.version, "a rollback returns to it"),
            (version.version in newest, f"among the newest {keep_newest}"),
            (version.registered_at >= since, f"registered within {keep_days:g} days"),
            (_was_live_since(state, version.version, since), f"live within {keep_days:g} days"),
            (version.bundle_hash in answering, "a running process answers with it"),
        )
        reasons += [why for is_so, why in checks if is_so]
        if reasons:
            kept.append(KeptVersion(version=version.version, reasons=tuple(reasons)))
        else:
            gone.append(version)
    rule = f"not on a route or hold, no way back, not among the newest {keep_newest}, {keep_days:g} days old"
    return Retention(kept=tuple(kept), gone=tuple(gone), rule=rule)


def _routes(state: RegistryState, number: int) -> list[str]:
    routes = state.deployment.routes if state.deployment else ()
    return [route.role for route in routes if route.version == number]


def _was_live_since(state: RegistryState, number: int, since: datetime) -> bool:
    """Whether the version stood on any route at or after a moment."""
    ends = [d.since for d in state.deployments[1:]]
    for deployment, end in zip(state.deployments, [*ends, None], strict=True):
        if any(route.version == number for route in deployment.routes) and (end is None or end >= since):
            return True
    return False
