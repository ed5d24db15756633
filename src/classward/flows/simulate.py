"""Weeks of traffic with late labels in seconds: the production code on a virtual clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import polars as pl

from classward.domain import DataSource, LabelSpace, Route, format_time, to_plain
from classward.errors import DataError
from classward.flows.context import Context, draft, note
from classward.flows.images import refuse_unreadable, with_images
from classward.flows.label import accept_labels
from classward.flows.label_space import known_classes
from classward.flows.predict import DataPlane
from classward.flows.status import Status, status
from classward.flows.versions import registry_state
from classward.flows.watch import tick
from classward.ports import RecordWriter

__all__ = ["SimulatedTraffic", "copy_version", "labelled_rows", "simulate"]


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
    start, known = clock.now(), known_classes(sim)
    waiting: list[tuple[datetime, str, str]] = []
    for day in range(traffic.n_days):
        moments = np.sort(rng.uniform(0.0, 86_400.0, size=traffic.rows_per_day))
        chosen = rng.integers(0, len(rows), size=traffic.rows_per_day)
        for second, index in zip(moments.tolist(), chosen.tolist(), strict=True):
            at = start + timedelta(days=day, seconds=second)
            _deliver(sim, writer, clock, plane, waiting, known, until=at)
            clock.advance_to(at)
            answered = plane.answer([rows[index]]).predictions[0]
            if rng.random() < traffic.label_share:
                delay = rng.exponential(traffic.label_delay_days / np.log(2.0))
                heapq.heappush(waiting, (at + timedelta(days=float(delay)), answered.id, truths[index]))
        midnight = start + timedelta(days=day + 1)
        _deliver(sim, writer, clock, plane, waiting, known, until=midnight)
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
    known: LabelSpace,
    *,
    until: datetime,
) -> None:
    """Hand in the labels that are due, at the moment they are due."""
    while plane.current and waiting and waiting[0][0] <= until:
        due, prediction_id, truth = heapq.heappop(waiting)
        clock.advance_to(due)
        raw = {"id": prediction_id, "label": truth, "event_at": format_time(due), "source": "simulated"}
        accept_labels([raw], label_space=known, log=sim.log, writer=writer, now=due)


def copy_version(real: Context, sim: Context, number: int) -> None:
    """Make one real version the only and live one of a simulated workspace; its bundle is read where it is."""
    version = registry_state(real.journal, real.task.name).version(number)
    for event in real.journal.events(task=real.task.name):
        if event.kind not in {"label_space_declared", "classes_changed"}:
            continue
        sim.journal.append(replace(draft(sim, event.kind, {}), payload=event.payload))
    note(sim, "version_registered", to_plain(version))
    route = Route(role="live", version=number, bundle_hash=version.bundle_hash)
    note(sim, "deployed", {"routes": [to_plain(route)], "was": None, "mode": "simulated"}, why="simulated from here on")


def labelled_rows(real: Context, source: DataSource) -> tuple[list[dict[str, object]], list[str]]:
    """Feature rows and truths of a labelled table, with times as text, as clients send them."""
    task = real.task
    table = real.tables.read(source, as_written=task.names_in_rows)
    missing = [c for c in (*task.schema.names, task.label) if c not in table.columns]
    if missing:
        raise DataError(
            "CW242", f"{source.location} lacks columns that the task names", got=", ".join(missing),
            fix="give a labelled table like the one the task was made from",
        )  # fmt: skip
    table, unreadable = with_images(table, task.schema, lambda names: real.tables.attached(source, names))
    refuse_unreadable(unreadable, location=source.location, n_rows=table.height)
    table = table.filter(pl.col(task.label).is_not_null())
    features = table.select(task.schema.names).with_columns(
        pl.selectors.temporal().dt.to_string("iso"), pl.selectors.decimal().cast(pl.Float64)
    )
    return features.to_dicts(), table[task.label].cast(pl.String).to_list()
