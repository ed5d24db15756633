"""Read the registry: state now, state then."""

from __future__ import annotations

import json

from classward.artifact.read import read_extra
from classward.domain import ModelVersion, Route
from classward.errors import Refused
from classward.flows.context import Context
from classward.lifecycle.release import RegistryState, fold_events
from classward.ports import Journal

__all__ = ["newest", "registry_state", "require_live", "rows_hash_of"]


def registry_state(journal: Journal, task: str, *, known: RegistryState | None = None) -> RegistryState:
    """Fold the journal into the state of a task; with ``known``, only the events after it are read."""
    after = known.last_seq if known else 0
    return fold_events(journal.events(after_seq=after), task=task, state=known)


def require_live(state: RegistryState) -> Route:
    """The live route, or a refusal that says how to get one.

    Raises
    ------
    Refused
        CW801 when nothing is live.
    """
    live = state.live
    if live is None:
        raise Refused(
            "CW801",
            f"no version of task {state.task!r} is live",
            why="nothing was deployed yet" if state.versions else "no version was registered yet",
            fix="classward deploy VERSION --now --because …" if state.versions else "classward train",
        )
    return live


def newest(state: RegistryState) -> ModelVersion:
    """The version registered last.

    Raises
    ------
    Refused
        CW802 when there is none.
    """
    if not state.versions:
        raise Refused("CW802", f"task {state.task!r} has no version yet", fix="classward train")
    return state.versions[-1]


def rows_hash_of(ctx: Context, version: ModelVersion) -> str:
    """Which division of the rows into folds a version was made with."""
    lineage = read_extra(ctx.artifacts.path(version.bundle_hash), "lineage.json", expected_hash=version.bundle_hash)
    return str(json.loads(lineage)["rows_hash"])
