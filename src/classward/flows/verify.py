"""Check everything that can be checked: chain, bundles, snapshots, record log."""

from __future__ import annotations

import json
from dataclasses import dataclass

from classward.artifact.read import verify_bundle
from classward.domain import Event, JournalHead
from classward.errors import ClasswardError, RecordError
from classward.flows.context import Context
from classward.flows.versions import registry_state
from classward.lifecycle.release import check_chain
from classward.ports import LogHealth

__all__ = ["Verification", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was checked and what is wrong.

    A chain cannot show that its end was cut off. Servers note each head in the record log (``n_noted`` of them were
    compared); who cuts both needs a ``head`` that was noted elsewhere.
    """

    head: JournalHead
    n_events: int
    n_noted: int
    n_bundles: int
    n_snapshots: int
    log: LogHealth
    problems: tuple[str, ...]


def verify(ctx: Context, *, expected_head: JournalHead | None = None) -> Verification:
    """Read the whole workspace of a task and list what is not as it was written. Changes nothing."""
    noted, problems = _noted(ctx)  # before the events: what is noted meanwhile is not missing
    everything = tuple(ctx.journal.events())
    heads = _of_this_journal(noted, everything) + ((expected_head,) if expected_head else ())
    problems += [f"journal: {p}" for p in check_chain(everything, noted=heads)]
    state = registry_state(ctx.journal, ctx.task.name)
    collected = dict(state.collected)
    versions = tuple(v for v in state.versions if v.bundle_hash not in collected)
    for version in versions:
        try:
            verify_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash)
        except ClasswardError as error:
            problems.append(f"version {version.version}: {error.what}")
    snapshots = sorted({v.dataset_hash for v in versions})
    for snapshot_hash in snapshots:
        try:
            ctx.snapshots.get(snapshot_hash)
        except ClasswardError as error:
            problems.append(f"snapshot {snapshot_hash[:16]}: {error.what}")
    health = ctx.log.health()
    problems += [f"records: {p}" for p in health.problems]
    return Verification(
        head=ctx.journal.head(), n_events=len(everything), n_noted=len(heads), n_bundles=len(versions),
        n_snapshots=len(snapshots), log=health, problems=tuple(problems),
    )  # fmt: skip


def _noted(ctx: Context) -> tuple[list[tuple[int, JournalHead]], list[str]]:
    """Heads that servers noted in the record log with the second of each, and why they cannot be read."""
    try:
        rows = ctx.log.counters().select("second", "name", "n").iter_rows()
    except RecordError as error:
        return [], [f"records: noted journal heads cannot be compared ({error.what})"]
    return [(second, head) for second, name, n in rows if (head := JournalHead.of_mark(name, n))], []


def _of_this_journal(noted: list[tuple[int, JournalHead]], events: tuple[Event, ...]) -> tuple[JournalHead, ...]:
    """Without the heads of the workspace that this one was copied from, noted while it was being copied."""
    copies = [(json.loads(e.payload)["up_to"], e.at.timestamp()) for e in events if e.kind == "copied"]
    kept = {h for second, h in noted if not any(h.seq > up_to and second <= at_s for up_to, at_s in copies)}
    return tuple(sorted(kept, key=lambda head: head.seq))
