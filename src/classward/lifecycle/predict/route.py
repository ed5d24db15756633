"""Which version answers a row: a pure hash, so who saw which model can be computed again."""

from __future__ import annotations

import hashlib

from classward.domain import Deployment, Route
from classward.errors import Refused

__all__ = ["choose_route"]


def choose_route(deployment: Deployment, key: str | None) -> Route:
    """Choose between live and canary by a stable key.

    The same key keeps its route for as long as the deployment stands, and one that saw the canary of a rollout sees it at
    every later step; a new rollout draws anew, so that the same customers are not always the first. Shadow routes never
    answer.

    Parameters
    ----------
    deployment : Deployment
        The routes in force.
    key : str or None
        Stable key of the row (a customer, say); ``None`` goes to the live route.

    Raises
    ------
    Refused
        CW801 when nothing is live.
    """
    live = deployment.live
    if live is None:
        raise Refused(
            "CW801",
            f"no version of task {deployment.task!r} is live",
            why="nothing was deployed yet",
            fix="classward deploy VERSION --now --because …",
        )
    if key is None:
        return live
    place = _place(deployment, key)
    for route in deployment.routes:
        if route.role == "canary":
            place -= route.weight
            if place < 0.0:
                return route
    return live


def _place(deployment: Deployment, key: str) -> float:
    """A number in [0, 1) for the key, uniform over keys and independent between deployments."""
    text = f"{len(deployment.task)}:{deployment.task}:{deployment.drawn_by or deployment.event_seq}:{key}"
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / 2.0**53
