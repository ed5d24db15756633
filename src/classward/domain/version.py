"""Versions, where they are routed, and what was live when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Deployment", "ModelVersion", "Route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A registered bundle: integer version of a task, content hash, lineage."""

    task: str
    version: int
    bundle_hash: str
    task_hash: str
    dataset_hash: str
    label_space_hash: str
    schema_hash: str
    plan_hash: str
    registered_at: datetime
    registered_by: str
    code_version: str
    libraries: tuple[tuple[str, str], ...] = ()
    state: str = "registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where traffic goes: role ``live``, ``canary`` or ``shadow``; ``weight`` in [0, 1]."""

    role: str
    version: int
    bundle_hash: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The routes of a task since an event, with who and why. No routes: nothing is live.

    ``drawn_by`` is the event that drew which keys see a canary first (0: this one): the steps of a rollout share a draw, so
    that who saw the candidate at 5 % sees it at 25 %, too.
    """

    task: str
    routes: tuple[Route, ...]
    since: datetime
    event_seq: int
    actor: str
    why: str
    drawn_by: int = 0

    def of_role(self, role: str) -> Route | None:
        """The route of a role, if there is one."""
        return next((r for r in self.routes if r.role == role), None)

    @property
    def live(self) -> Route | None:
        """The route that answers by default."""
        return next((r for r in self.routes if r.role == "live"), None)
