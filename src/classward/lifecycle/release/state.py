"""The state of the registry is a fold over the journal: nothing is stored that events do not say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from classward.domain import (
    ClassMigration,
    Deployment,
    Event,
    ModelVersion,
    Rollout,
    Route,
    Taxonomy,
    parse_time,
)
from classward.errors import Refused, UnknownVersion
from classward.lifecycle.release.rollout_state import apply_to_rollouts

__all__ = ["RegistryState", "fold_events", "migration_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryState:
    """Versions and deployments of one task as far as the events read say.

    ``holdout_reads`` are (hash of the sealed rows, or in old journals of the folds; how often they were read), ``holds``
    are (version, why), ``collected`` are (bundle hash, when and by which rule it was removed) until it is stored again,
    ``known_classes`` are all that any label space ever declared, ``label_spaces`` (hash, names of its classes),
    ``taxonomy`` how names are read since classes were renamed, merged or split. ``stack`` are live routes, oldest first,
    without those that a rollback left. ``rollouts`` are all that ever began, and only the last can be under way;
    ``frozen`` says why changes are frozen, if they are. ``gated`` are (bundle hash, outcome of its last judgement by the
    gate).
    """

    task: str
    versions: tuple[ModelVersion, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    stack: tuple[Route, ...] = ()
    holdout_reads: tuple[tuple[str, int], ...] = ()
    holds: tuple[tuple[int, str], ...] = ()
    collected: tuple[tuple[str, str], ...] = ()
    quarantined: tuple[tuple[int, str], ...] = ()
    label_space_version: int = 0
    label_space_classes: tuple[str, ...] = ()
    label_space_hash: str = ""
    known_classes: tuple[str, ...] = ()
    rollouts: tuple[Rollout, ...] = ()
    frozen: str = ""
    gated: tuple[tuple[str, str], ...] = ()
    label_spaces: tuple[tuple[str, tuple[str, ...]], ...] = ()
    taxonomy: Taxonomy = field(default_factory=Taxonomy)
    last_seq: int = 0

    @property
    def deployment(self) -> Deployment | None:
        """The routes in force."""
        return self.deployments[-1] if self.deployments else None

    @property
    def live(self) -> Route | None:
        """The route that answers by default."""
        return self.deployment.live if self.deployment else None

    @property
    def rollout(self) -> Rollout | None:
        """The rollout under way."""
        return self.rollouts[-1] if self.rollouts and self.rollouts[-1].is_under_way else None

    def version(self, number: int) -> ModelVersion:
        """A registered version by number.

        Raises
        ------
        UnknownVersion
            CW302 if it was never registered.
        """
        for found in self.versions:
            if found.version == number:
                return found
        known = ", ".join(str(v.version) for v in self.versions) or "none"
        raise UnknownVersion(
            "CW302",
            f"task {self.task!r} has no version {number}",
            got=f"version {number}",
            why=f"registered: {known}",
            fix="run 'classward train' to make one, or name one that exists",
        )

    def stored_version(self, number: int) -> ModelVersion:
        """A version whose bundle was not removed.

        Raises
        ------
        UnknownVersion
            CW302 if it was never registered.
        Refused
            CW830 if it was collected.
        """
        found = self.version(number)
        told = dict(self.collected).get(found.bundle_hash)
        if told is not None:
            raise Refused(
                "CW830", f"version {number} was collected", got=told,
                why="its bundle was removed, so it can neither answer nor be looked into",
                fix="restore a backup from before, or train again: the snapshot of its rows is kept",
            )  # fmt: skip
        return found

    def live_at(self, when: datetime) -> Deployment | None:
        """What was deployed at a past moment."""
        return next((d for d in reversed(self.deployments) if d.since <= when), None)

    def lost_classes(self, number: int) -> tuple[str, ...]:
        """Classes of a version that were split since, so that its answers can no longer be read."""
        names = dict(self.label_spaces).get(self.version(number).label_space_hash, ())
        return self.taxonomy.unreadable(names)

    def reads_of(self, *hashes: str) -> int:
        """How often sealed rows have been read: by the hash of the rows, and in old journals by that of the folds."""
        return sum(dict(self.holdout_reads).get(one, 0) for one in set(hashes))


def fold_events(events: Iterable[Event], *, task: str, state: RegistryState | None = None) -> RegistryState:
    """Fold events, in order, into the state of one task; events of other tasks are passed over.

    Folding a prefix and then the rest gives the same state as folding all at once.
    """
    state = state or RegistryState(task=task)
    for event in events:
        if event.task == task:
            state = _apply(state, event)
        state = replace(state, last_seq=event.seq)
    return state


def migration_of(event: Event) -> ClassMigration:
    """The change of classes that an event of kind ``classes_changed`` records."""
    payload = json.loads(event.payload)
    return ClassMigration(
        kind=payload["kind"], old=tuple(payload["old"]), new=tuple(payload["new"]), at=event.at, actor=event.actor,
        why=event.why,
    )  # fmt: skip


def _apply(state: RegistryState, event: Event) -> RegistryState:
    payload: dict[str, Any] = json.loads(event.payload)
    state = replace(state, rollouts=apply_to_rollouts(state.rollouts, event, payload))
    if event.kind == "version_registered":
        payload["registered_at"] = parse_time(payload["registered_at"])
        payload["libraries"] = tuple((name, release) for name, release in payload["libraries"])
        return replace(state, versions=(*state.versions, ModelVersion(**payload)))
    if event.kind in {"deployed", "rolled_back"}:
        routes = tuple(Route(**route) for route in payload["routes"])
        deployment = Deployment(
            task=state.task, routes=routes, since=event.at, event_seq=event.seq, actor=event.actor, why=event.why,
            drawn_by=state.rollout.began_seq if state.rollout else 0,
        )  # fmt: skip
        stack = _stacked(state.stack, deployment.live, is_back=event.kind == "rolled_back")
        return replace(state, deployments=(*state.deployments, deployment), stack=stack)
    if event.kind == "holdout_read":
        reads = dict(state.holdout_reads)
        key = payload.get("sealed_hash") or payload["rows_hash"]
        reads[key] = reads.get(key, 0) + 1
        return replace(state, holdout_reads=tuple(sorted(reads.items())))
    if event.kind == "held":
        return replace(state, holds=(*state.holds, (payload["version"], event.why)))
    if event.kind == "hold_lifted":
        return replace(state, holds=tuple(held for held in state.holds if held[0] != payload["version"]))
    if event.kind == "gate_judged":
        others = tuple(one for one in state.gated if one[0] != payload["bundle_hash"])
        return replace(state, gated=(*others, (payload["bundle_hash"], payload["outcome"])))
    if event.kind in {"frozen", "unfrozen"}:
        return replace(state, frozen=event.why if event.kind == "frozen" else "")
    if event.kind == "quarantined":
        return replace(state, quarantined=(*state.quarantined, (payload["version"], event.why)))
    if event.kind == "quarantine_lifted":
        return replace(state, quarantined=tuple(q for q in state.quarantined if q[0] != payload["version"]))
    if event.kind == "collected":
        told = f"{event.at:%Y-%m-%d}: {payload['rule']}"
        return replace(state, collected=(*state.collected, *((b, told) for b in payload["bundles"])))
    if event.kind == "stored_again":
        return replace(state, collected=tuple(c for c in state.collected if c[0] != payload["bundle_hash"]))
    if event.kind == "classes_changed":
        return replace(state, taxonomy=state.taxonomy.then(migration_of(event)))
    if event.kind == "label_space_declared":
        names = tuple(c["name"] for c in payload["label_space"]["classes"])
        known = tuple(dict.fromkeys((*state.known_classes, *names)))
        return replace(
            state, label_space_version=payload["label_space"]["version"], label_space_classes=names,
            label_space_hash=payload.get("hash", ""), known_classes=known,
            label_spaces=(*state.label_spaces, (payload.get("hash", ""), names)),
        )  # fmt: skip
    return state


def _stacked(stack: tuple[Route, ...], live: Route | None, *, is_back: bool) -> tuple[Route, ...]:
    """A deployment puts its route on top; a rollback takes routes away, down to the one it went back to."""
    if live is None or (stack and stack[-1].version == live.version):
        return stack
    if not is_back:
        return (*stack, live)
    rest = stack[:-1]
    at = next((i for i in reversed(range(len(rest))) if rest[i].version == live.version), None)
    return (*rest, live) if at is None else (*rest[:at], live)
