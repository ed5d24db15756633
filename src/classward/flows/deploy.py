"""Change what is live: one atomic event, then proof from every worker. And the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from classward.artifact.read import verify_bundle
from classward.domain import Event, ModelVersion, Route, to_plain
from classward.errors import Refused, UsageError
from classward.flows.context import Context, draft, note
from classward.flows.gate_standing import require_gate
from classward.flows.versions import registry_state, require_live
from classward.lifecycle.release import RegistryState, check_transition, rollback_target
from classward.ports import Heartbeat

__all__ = ["SwapProof", "deploy_now", "ensure_live", "prove_swap", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapProof:
    """What every live worker says it answers with, ``seconds`` after the change was recorded.

    ``is_proved`` is true when all workers run the intended bundle; with no worker running there is nothing to prove and
    ``workers`` is empty.
    """

    intended: str
    workers: tuple[Heartbeat, ...]
    seconds: float

    @property
    def is_proved(self) -> bool:
        """Whether no worker answers with anything else."""
        return all(w.bundle_hash == self.intended for w in self.workers)


def deploy_now(ctx: Context, number: int, *, because: str) -> Event:
    """Make a version live at once, around shadow and canary; the reason is recorded.

    Raises
    ------
    UsageError
        CW901 without a reason.
    Refused
        CW804 if it is live already; CW608 if it is in quarantine; CW837 while changes are frozen; CW870 to
        CW872 if the gate is required and was not passed.
    ArtifactError
        If its bundle was edited or is damaged; routes stay as they are.
    """
    if not because.strip():
        raise UsageError(
            "CW901",
            "a direct switch needs a reason",
            got="no --because",
            why="it goes around shadow and canary, so the journal must say why",
            fix='add --because "…"',
        )
    head = ctx.journal.head()
    state = registry_state(ctx.journal, ctx.task.name)
    if state.frozen:
        raise Refused(
            "CW837", "changes are frozen", got=state.frozen, why="a freeze lets nothing be deployed or promoted",
            fix='classward freeze --lift --because "…"; aborts and rollbacks are possible meanwhile',
        )  # fmt: skip
    version = state.stored_version(number)
    if state.live and state.live.version == number:
        raise Refused("CW804", f"version {number} is live already", fix="nothing to do; 'classward status' shows it")
    check_transition(state, number, "live")
    require_gate(ctx, version, state)
    verify_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash)
    payload = {"routes": [to_plain(_live(version))], "was": _live_number(state), "mode": "now", "is_override": True}
    return ctx.journal.append(draft(ctx, "deployed", payload, why=because), expected=head)[0]


def ensure_live(ctx: Context) -> Route:
    """The live route; when versions exist and none was ever deployed, the newest that may is made live, and why is recorded.

    Raises
    ------
    Refused
        CW801 when there is no version at all, or each is in quarantine or was collected; CW870 to CW872 if the gate is
        required and the newest has not passed it.
    """
    head = ctx.journal.head()
    state = registry_state(ctx.journal, ctx.task.name)
    out, collected = dict(state.quarantined), dict(state.collected)
    able = [v for v in state.versions if v.version not in out and v.bundle_hash not in collected]
    if state.deployments or not able:
        return require_live(state)
    version = able[-1]
    check_transition(state, version.version, "live")
    require_gate(ctx, version, state)
    verify_bundle(ctx.artifacts.path(version.bundle_hash), expected_hash=version.bundle_hash)
    payload = {"routes": [to_plain(_live(version))], "was": None, "mode": "first", "is_override": False}
    is_only = len(state.versions) == 1
    why = "first version of the task" if is_only else f"newest of {len(able)} versions that may answer"
    why += ": nothing was ever live that it could harm"
    ctx.journal.append(draft(ctx, "deployed", payload, why=why), expected=head)
    return _live(version)


def rollback(ctx: Context, *, because: str = "") -> Event:
    """Go back to the version that was live before the present one; once more, and it goes further back.

    Versions in quarantine or collected are passed over, and so is every version that a rollback left before.

    Raises
    ------
    Refused
        CW805 if no other version was live before that may answer again.
    """
    head = ctx.journal.head()
    state = registry_state(ctx.journal, ctx.task.name)
    live = require_live(state)
    before = rollback_target(state)
    if before is None:
        raise Refused(
            "CW805",
            f"version {live.version} has no predecessor to go back to",
            why="versions that were live before, if any, were rolled back from, are in quarantine or were collected",
            fix="deploy another version: classward deploy VERSION --now --because …",
        )
    verify_bundle(ctx.artifacts.path(before.bundle_hash), expected_hash=before.bundle_hash)
    payload = {"routes": [to_plain(before)], "was": live.version, "mode": "rollback", "is_override": False}
    why = because or f"rolled back by {ctx.actor}"
    return ctx.journal.append(draft(ctx, "rolled_back", payload, why=why), expected=head)[0]


def prove_swap(
    ctx: Context, *, within_s: float, pause: Callable[[float], None], poll_s: float = 0.1, alive_s: float = 2.0
) -> SwapProof:
    """Wait until every running worker answers with the live bundle, and record what was seen.

    Workers that have not reported for ``alive_s`` seconds count as gone. A worker that still answers with something else
    after ``within_s`` leaves the proof failed, and the journal says so.
    """
    intended = require_live(registry_state(ctx.journal, ctx.task.name)).bundle_hash
    started = ctx.clock.monotonic_s()
    while True:
        workers = ctx.heartbeats.alive(task=ctx.task.name, now=ctx.clock.now(), within_s=alive_s)
        proof = SwapProof(intended=intended, workers=workers, seconds=ctx.clock.monotonic_s() - started)
        if proof.is_proved or proof.seconds >= within_s:
            break
        pause(poll_s)
    if workers:
        payload = {
            "bundle_hash": intended,
            "is_proved": proof.is_proved,
            "workers": [{"process_id": w.process_id, "bundle_hash": w.bundle_hash} for w in workers],
        }
        note(ctx, "swap_verified", payload)
    return proof


def _live(version: ModelVersion) -> Route:
    return Route(role="live", version=version.version, bundle_hash=version.bundle_hash)


def _live_number(state: RegistryState) -> int | None:
    return state.live.version if state.live else None
