"""The state of the loop is a fold over the journal: what was asked, decided, and done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from classward.domain import Event, LoopRun, LoopStep

__all__ = ["LoopRequest", "LoopState", "fold_loop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRequest:
    """Somebody asked for a run that has not begun."""

    id: str
    at: datetime
    actor: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopState:
    """Where the loop of one task stands.

    ``said`` is what the last recorded decision amounted to, if it began no run, ``question`` what it asked. ``reviewed``
    are answered questions.
    """

    task: str
    requests: tuple[LoopRequest, ...] = ()
    paused: str = ""
    said: str = ""
    question: str = ""
    reviewed: tuple[str, ...] = ()
    decision_id: str = ""
    decided_at: datetime | None = None
    runs: tuple[LoopRun, ...] = ()

    @property
    def run(self) -> LoopRun | None:
        """The run under way."""
        return self.runs[-1] if self.runs and self.runs[-1].next_step else None


def fold_loop(events: Iterable[Event], *, task: str) -> LoopState:
    """Fold the events of a task, in order; those about other things are passed over."""
    state = LoopState(task=task)
    for event in events:
        if event.task == task and event.kind.startswith("loop_"):
            state = _apply(state, event, json.loads(event.payload))
    return state


def _apply(state: LoopState, event: Event, payload: dict[str, Any]) -> LoopState:
    if event.kind == "loop_asked":
        asked = LoopRequest(id=event.id, at=event.at, actor=event.actor, why=event.why)
        return replace(state, requests=(*state.requests, asked))
    if event.kind in {"loop_paused", "loop_resumed"}:
        return replace(state, paused=event.why if event.kind == "loop_paused" else "")
    if event.kind == "loop_reviewed":
        return replace(state, reviewed=(*state.reviewed, payload["question"]), question="")
    if event.kind == "loop_decided":
        return _decided(state, event, payload)
    if event.kind == "loop_stepped":
        return replace(state, runs=tuple(_stepped(run, event, payload) for run in state.runs))
    return state


def _decided(state: LoopState, event: Event, payload: dict[str, Any]) -> LoopState:
    decision = payload["decision"]
    state = replace(
        state, said=payload["said"], question=payload["question"], decision_id=decision["id"], decided_at=event.at
    )
    begun = payload.get("run")
    if begun is None:
        return state
    run = LoopRun(
        id=decision["id"], outcome=decision["verdict"], because=tuple(decision["reasons"]), autonomy=begun["autonomy"],
        live=begun["live"], began_at=event.at, began_seq=event.seq, names=tuple(begun["steps"]),
    )  # fmt: skip
    return replace(state, said="", requests=(), reviewed=(), runs=(*state.runs, run))


def _stepped(run: LoopRun, event: Event, payload: dict[str, Any]) -> LoopRun:
    """A step counts once, and only when it was due."""
    if payload["run_id"] != run.id or payload["step"] != run.next_step:
        return run
    step = LoopStep(
        name=payload["step"], at=event.at, took_s=payload["took_s"], outcome=payload["outcome"], said=event.why,
        results=tuple((name, value) for name, value in payload["results"]),
    )  # fmt: skip
    return replace(run, steps=(*run.steps, step))
