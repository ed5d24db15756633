"""Give back the space of versions that nothing refers to, and of candidates that became none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from classward.domain import Event, ModelVersion
from classward.errors import Refused, UsageError
from classward.flows.context import Context, note
from classward.flows.versions import registry_state
from classward.lifecycle.release import Retention, retain

__all__ = ["Collection", "collect", "hold", "lift_hold", "plan_collection"]

_CANDIDATES_LIVE_DAYS = 7.0
_ALIVE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What would be removed: versions by the rule, and bundles and scores of candidates of trainings long over."""

    retention: Retention
    bundles: tuple[str, ...]
    snapshots: tuple[str, ...]
    n_bytes: int


def plan_collection(ctx: Context, *, now: datetime, keep_newest: int = 10, keep_days: float = 90.0) -> Collection:
    """Say what may go and why the rest stays; changes nothing.

    Bundles of other tasks of the workspace are never looked at, nor what a training of the last week made.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    alive = ctx.heartbeats.alive(task=ctx.task.name, now=now, within_s=_ALIVE_S)
    found = retain(
        state, now=now, keep_newest=keep_newest, keep_days=keep_days, answering=frozenset(w.bundle_hash for w in alive)
    )
    events = tuple(ctx.journal.events())
    needed_bundles, needed_snapshots = _needed(events, found.gone)
    old = _old_candidates(events, ctx.task.name, now)
    bundles = {v.bundle_hash for v in found.gone} | {b for b, _ in old if b}
    bundles = (bundles - needed_bundles) & set(ctx.artifacts.hashes())
    snapshots = {s for _, s in old if s} - needed_snapshots
    stored = tuple(sorted(s for s in snapshots if ctx.snapshots.n_bytes(s)))
    n_bytes = sum(_size(ctx, b) for b in bundles) + sum(ctx.snapshots.n_bytes(s) for s in stored)
    return Collection(retention=found, bundles=tuple(sorted(bundles)), snapshots=stored, n_bytes=n_bytes)


def collect(ctx: Context, planned: Collection, *, because: str) -> Event | None:
    """Record what goes, then remove it; what was recorded and not removed goes with the next collection.

    Raises
    ------
    UsageError
        CW901 without a reason.
    """
    if not because.strip():
        raise UsageError(
            "CW901", "a collection needs a reason", got="no --because", why="what is removed cannot be looked at again",
            fix='add --because "…"',
        )  # fmt: skip
    if not planned.bundles and not planned.snapshots:
        return None
    payload = {
        "versions": [v.version for v in planned.retention.gone],
        "bundles": planned.bundles,
        "snapshots": planned.snapshots,
        "n_bytes": planned.n_bytes,
        "rule": planned.retention.rule,
    }
    event = note(ctx, "collected", payload, why=because)
    for bundle_hash in planned.bundles:
        ctx.artifacts.remove(bundle_hash)
    for snapshot_hash in planned.snapshots:
        ctx.snapshots.remove(snapshot_hash)
    return event


def hold(ctx: Context, number: int, *, because: str) -> Event:
    """Keep a version whatever the rule says, until the hold is lifted.

    Raises
    ------
    UsageError
        CW901 without a reason.
    UnknownVersion
        CW302 if there is no such version.
    """
    _require_reason(because, "a hold")
    registry_state(ctx.journal, ctx.task.name).version(number)
    return note(ctx, "held", {"version": number}, why=because)


def lift_hold(ctx: Context, number: int, *, because: str) -> Event:
    """End the holds of a version.

    Raises
    ------
    Refused
        CW831 if it is not on hold.
    """
    _require_reason(because, "lifting a hold")
    state = registry_state(ctx.journal, ctx.task.name)
    if number not in {held for held, _ in state.holds}:
        raise Refused("CW831", f"version {number} is not on hold", fix="'classward collect' lists holds")
    return note(ctx, "hold_lifted", {"version": number}, why=because)


def _require_reason(because: str, what: str) -> None:
    if not because.strip():
        raise UsageError(
            "CW901", f"{what} needs a reason", got="no --because", why="who reads the journal later must know why",
            fix='add --because "…"',
        )  # fmt: skip


def _needed(events: tuple[Event, ...], gone: tuple[ModelVersion, ...]) -> tuple[set[str], set[str]]:
    """Bundles and snapshots that any version of any task still refers to."""
    bundles, snapshots = set(), set()
    leaving = {(v.task, v.version) for v in gone}
    for event in events:
        payload = json.loads(event.payload)
        if event.kind == "version_registered" and (event.task, payload["version"]) not in leaving:
            bundles.add(payload["bundle_hash"])
        if event.kind == "snapshot_taken":
            snapshots.add(payload["hash"])
        if event.kind == "split_made":
            snapshots.add(payload["rows_hash"])
    return bundles, snapshots


def _old_candidates(events: tuple[Event, ...], task: str, now: datetime) -> set[tuple[str, str]]:
    """Stored models and scores of candidates, unless a training of the last week named them."""
    old: set[tuple[str, str]] = set()
    fresh: set[str] = set()
    for event in events:
        if event.kind == "candidate_finished":
            candidate = json.loads(event.payload)["candidate"]
            pair = (candidate["artifact_hash"], candidate.get("scores_hash", ""))
            if event.task != task or event.at > now - timedelta(days=_CANDIDATES_LIVE_DAYS):
                fresh.update(pair)
            else:
                old.add(pair)
    return {(b if b not in fresh else "", s if s not in fresh else "") for b, s in old}


def _size(ctx: Context, bundle_hash: str) -> int:
    return sum(p.stat().st_size for p in ctx.artifacts.path(bundle_hash).rglob("*") if p.is_file())
