"""The version that answers, or a refusal that says why there is none."""

from __future__ import annotations

from classward.errors import Refused
from classward.flows.predict import LoadedVersion
from classward.serving.worker import Worker

__all__ = ["require_current"]


def require_current(worker: Worker) -> LoadedVersion:
    """Give the loaded version.

    Raises
    ------
    Refused
        CW801 while nothing is loaded: nothing was deployed, or what was deployed cannot be read.
    """
    current = worker.current
    if current is None:
        raise Refused(
            "CW801",
            f"no version of task {worker.parts.task.name!r} is live",
            why=worker.problem or "starting",
            fix="run 'classward train', then 'classward deploy VERSION --now --because …'; this server will notice",
        )
    return current
