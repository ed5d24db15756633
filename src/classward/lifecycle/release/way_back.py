"""Where a rollback goes: a stack of what was live, on which a rollback takes away what it left."""

from __future__ import annotations

from classward.domain import Route
from classward.lifecycle.release.state import RegistryState

__all__ = ["rollback_target"]


def rollback_target(state: RegistryState) -> Route | None:
    """The version a rollback would make live, or ``None`` when there is no way back.

    It is the newest version below the live one on the stack of deployments that is neither in quarantine nor collected,
    and of which no class was split since.
    A version that was rolled back from is off the stack, so a second rollback goes further back, never forward again.

    Examples
    --------
    >>> rollback_target(RegistryState(task="desk")) is None
    True
    """
    if state.live is None:
        return None
    out = {state.live.version, *dict(state.quarantined)}
    collected = dict(state.collected)
    below = (r for r in reversed(state.stack) if r.version not in out and r.bundle_hash not in collected)
    below = (r for r in below if not state.lost_classes(r.version))
    return next(below, None)
