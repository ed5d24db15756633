"""Weeks of traffic with late labels in seconds: the production code on a virtual clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from classward.domain import format_time
from classward.flows.context import Context
from classward.flows.label import accept_labels
from classward.flows.predict import DataPlane
from classward.flows.status import Status, status
from classward.flows.watch import tick
from classward.ports import RecordWriter

__all__ = ["SimulatedTraffic", "simulate"]


class _SettableClock(Protocol):
    def now(self) -> datetime: ...
    def monotonic_s(self) -> float: ...
    def advance_to(self, when: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedTraffic:
    """How traffic and labels come: rows a day, median label delay, share of rows ever labelled."""

    n_days: int
    rows_per_day: int
    label_delay_days: float
    label_share: float


def simulate(
    sim: Context,
    plane: DataPlane,
    writer: RecordWriter,
    *,
    clock: _SettableClock,
    rows: Sequence[Mapping[str, object]],
    truths: Sequence[str],
    traffic: SimulatedTraffic,
    rng: np.random.Generator,
) -> Iterator[Status]:
    """Answer, label, seal and measure day by day; yield the status at the end of each week and of the whole.

    Rows are drawn with replacement; each is answered at a moment of its day, labelled after an exponential delay with the
    stated median (or never), and every rule sees the same calls in the same order as in production. The same seed gives
    the same records.
    """
    start = clock.now()
    waiting: list[tuple[datetime, str, str]] = []
    for day in range(traffic.n_days):
        moments = np.sort(rng.uniform(0.0, 86_400.0, size=traffic.rows_per_day))
        chosen = rng.integers(0, len(rows), size=traffic.rows_per_day)
        for second, index in zip(moments.tolist(), chosen.tolist(), strict=True):
            at = start + timedelta(days=day, seconds=second)
            _deliver(sim, writer, clock, plane, waiting, until=at)
            clock.advance_to(at)
            answered = plane.answer([rows[index]]).predictions[0]
            if rng.random() < traffic.label_share:
                delay = rng.exponential(traffic.label_delay_days / np.log(2.0))
                heapq.heappush(waiting, (at + timedelta(days=float(delay)), answered.id, truths[index]))
        midnight = start + timedelta(days=day + 1)
        _deliver(sim, writer, clock, plane, waiting, until=midnight)
        clock.advance_to(midnight)
        writer.tick()
        tick(sim, holder="simulator", now=midnight)
        if (day + 1) % 7 == 0 or day + 1 == traffic.n_days:
            yield status(sim, now=midnight)


def _deliver(
    sim: Context,
    writer: RecordWriter,
    clock: _SettableClock,
    plane: DataPlane,
    waiting: list[tuple[datetime, str, str]],
    *,
    until: datetime,
) -> None:
    """Hand in the labels that are due, at the moment they are due."""
    loaded = plane.current
    while loaded and waiting and waiting[0][0] <= until:
        due, prediction_id, truth = heapq.heappop(waiting)
        clock.advance_to(due)
        raw = {"id": prediction_id, "label": truth, "event_at": format_time(due), "source": "simulated"}
        accept_labels([raw], label_space=loaded.model.label_space, log=sim.log, writer=writer, now=due)
