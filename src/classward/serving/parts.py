"""What wiring hands to the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from classward.domain import Task, Watched
from classward.flows.bundle_facts import NO_FACTS, BundleFacts
from classward.inference import Model
from classward.lifecycle.predict import PayloadPolicy
from classward.ports import Clock, Heartbeats, Ids, Journal, RecordLog, RecordWriter
from classward.settings import Settings

if TYPE_CHECKING:
    from classward.serving.tracing import Tracing

__all__ = ["ServingParts"]


def _no_facts(bundle_hash: str) -> BundleFacts:
    return NO_FACTS


def _nothing_watched() -> Watched:
    return Watched()


def _no_size(bundle_hash: str) -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingParts:
    """Everything one server process works with, composed by wiring.

    Journal, heartbeats and ``load_bundle`` are called from one control thread, the record log from one label thread,
    the writer from several threads under one lock, so a backend may not insist on the thread that opened it.

    Parameters
    ----------
    load_bundle : callable
        Bundle hash → model, verified; raises ``ArtifactError`` or ``UnknownVersion``.
    load_facts : callable
        Bundle hash → what else serving has to know of it.
    bundle_bytes : callable
        Bundle hash → size of its files, asked before it is loaded.
    payload : PayloadPolicy
        What the record log keeps of features.
    process_id : str
        Names this process in heartbeats and logs; unique among the workers of a workspace.
    watched : callable
        What watching has found so far, asked at each scrape of the metrics.
    tracing : Tracing, optional
        Makes spans of requests; nothing of it is loaded without one.
    """

    settings: Settings
    task: Task
    clock: Clock
    ids: Ids
    journal: Journal
    log: RecordLog
    writer: RecordWriter
    heartbeats: Heartbeats
    load_bundle: Callable[[str], Model]
    process_id: str
    payload: PayloadPolicy = field(default_factory=PayloadPolicy)
    tracing: Tracing | None = None
    load_facts: Callable[[str], BundleFacts] = _no_facts
    bundle_bytes: Callable[[str], int] = _no_size
    watched: Callable[[], Watched] = _nothing_watched
