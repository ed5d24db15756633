"""Check everything that can be checked: chain, bundles, snapshots, record log."""

from __future__ import annotations

from dataclasses import dataclass

from classward.artifact.read import verify_bundle
from classward.domain import JournalHead
from classward.errors import ClasswardError
from classward.flows.context import Context
from classward.flows.versions import registry_state
from classward.lifecycle.release import check_chain
from classward.ports import LogHealth

__all__ = ["Verification", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was checked and what is wrong; ``head`` is worth noting elsewhere, since a chain cannot show a cut-off end."""

    head: JournalHead
    n_events: int
    n_bundles: int
    n_snapshots: int
    log: LogHealth
    problems: tuple[str, ...]


def verify(ctx: Context, *, expected_head: JournalHead | None = None) -> Verification:
    """Read the whole workspace of a task and list what is not as it was written. Changes nothing."""
    everything = tuple(ctx.journal.events())
    problems = [f"journal: {p}" for p in check_chain(everything, expected_head=expected_head)]
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
        head=ctx.journal.head(), n_events=len(everything), n_bundles=len(versions),
        n_snapshots=len(snapshots), log=health, problems=tuple(problems),
    )  # fmt: skip
