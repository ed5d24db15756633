"""What was live when, and why: a query over the journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from classward.domain import Deployment, Event, Explanation
from classward.errors import ArtifactError, UnknownVersion
from classward.flows.bundle_facts import bundle_facts
from classward.flows.context import Context
from classward.flows.label_space import find_label_space
from classward.flows.versions import registry_state
from classward.lifecycle.evaluate.stored import restored
from classward.lifecycle.release import RegistryState

__all__ = ["Why", "events", "live_at", "why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Everything known about one prediction: the answer, the deployment behind it (if any), and the truth so far.

    ``prediction`` is the logged record (the first with that id), ``n_answers`` how often the id was answered,
    ``labels`` all labels for it in order of receipt; the last one counts. ``attribution`` is why the class was answered,
    where that was stored beside the record (critical classes). ``read_as`` are (name, class of today) of every name among
    answer and labels that is read as another class; ``None`` for a class that was split.
    """

    prediction: dict[str, Any]
    n_answers: int
    class_names: tuple[str, ...]
    deployment: Deployment | None
    labels: tuple[dict[str, Any], ...]
    attribution: Explanation | None = None
    is_calibrated: bool = False
    read_as: tuple[tuple[str, str | None], ...] = ()

    @property
    def truth(self) -> str | None:
        """What turned out true, as far as is known."""
        return str(self.labels[-1]["label"]) if self.labels else None

    def now(self, name: str) -> str | None:
        """What a class is called today; ``None`` if it was split."""
        return dict(self.read_as).get(name, name)


def events(ctx: Context, *, kind: str | None = None) -> tuple[Event, ...]:
    """The task's events in order."""
    return tuple(ctx.journal.events(task=ctx.task.name, kind=kind))


def live_at(ctx: Context, when: datetime) -> Deployment | None:
    """Which routes were in force at a moment, since when, by whom and why."""
    return registry_state(ctx.journal, ctx.task.name).live_at(when)


def why(ctx: Context, prediction_id: str) -> Why:
    """Explain one answer from the record log and the journal.

    Raises
    ------
    UnknownVersion
        CW305 if no prediction with that id is in the log.
    """
    found = (
        ctx.log.predictions(ids=[prediction_id]).filter(pl.col("route") != "shadow").sort("at")
    )  # copies answer nobody
    if not found.height:
        raise UnknownVersion(
            "CW305",
            f"no prediction {prediction_id!r} is in the log",
            why="an id is the server's unless the request gave one",
            fix="'classward log --json' lists the ids",
        )
    record = found.row(0, named=True)
    labels = ctx.log.labels().filter(pl.col("id") == prediction_id).unique("digest").sort("received_at", "digest")
    state = registry_state(ctx.journal, ctx.task.name)
    space = find_label_space(ctx, record["label_space_hash"])
    changed = state.taxonomy.changed
    named = dict.fromkeys((record["label"], *labels["label"].to_list()))
    return Why(
        prediction=record,
        n_answers=found.height,
        class_names=space.names if space else (),
        deployment=_deployment_of(state, record),
        labels=tuple(labels.to_dicts()),
        attribution=_stored(ctx, prediction_id, record),
        is_calibrated=_is_calibrated(ctx, record["bundle_hash"]),
        read_as=tuple((name, changed[name]) for name in named if name in changed),
    )


def _deployment_of(state: RegistryState, record: dict[str, Any]) -> Deployment | None:
    """The last deployment before the answer that made its version live; none if it was only asked for by number."""
    wanted = (record["version"], record["bundle_hash"])
    for deployment in reversed(state.deployments):
        live = deployment.live
        if deployment.since <= record["at"] and live and (live.version, live.bundle_hash) == wanted:
            return deployment
    return None


def _is_calibrated(ctx: Context, bundle_hash: str) -> bool:
    try:
        return bundle_facts(ctx.artifacts.path(bundle_hash), bundle_hash).is_calibrated
    except (ArtifactError, UnknownVersion):  # collected since: nothing vouches for its scores any more
        return False


def _stored(ctx: Context, prediction_id: str, record: dict[str, Any]) -> Explanation | None:
    found = ctx.log.attributions(ids=[prediction_id]).filter(pl.col("bundle_hash") == record["bundle_hash"]).sort("at")
    if not found.height:
        return None
    explanation: Explanation = restored(Explanation, json.loads(found["explanation"][0]))
    return explanation
