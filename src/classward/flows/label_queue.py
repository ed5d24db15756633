"""What to label next: chosen from fresh answers, recorded with each row's chance, and what it bought."""

from __future__ import annotations

import csv
import json
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import polars as pl

from classward.domain import (
    LabelNeed,
    LabelQueue,
    LabelSpace,
    Measure,
    QueueGain,
    QueueItem,
    parse_time,
    to_plain,
)
from classward.errors import DataError, Refused, UsageError, nearest
from classward.flows.context import Context, note
from classward.flows.label_file import QUEUE
from classward.flows.label_space import last_label_space
from classward.flows.online import resolved_online
from classward.flows.status import status
from classward.lifecycle.label import STRATEGIES, benefit_of, class_needs
from classward.statistics import chances_by_benefit, systematic_draw, weighted_share

__all__ = ["make_queue", "queue_gain", "queues_made", "write_queue"]

_KIND = "label_queue_made"
_READ = (
    "id", "at", "version", "route", "kind", "label", "probability", "probabilities", "label_space_hash", "features",
)  # fmt: skip
_OWN = ("id", "label", "answered", "or", "weight", "source", "event_at", "why")
_SETTLE = timedelta(seconds=2)
_ENOUGH_OF_NEED = 0.5


def make_queue(
    ctx: Context, *, n: int, strategy: str = "need", control: float = 0.2, now: datetime, seed: int | None = None
) -> LabelQueue:
    """Choose ``n`` answers to label, from those given live and online since the last queue, and record the choice.

    Each answer stands for choice in one queue only, with a chance that is written down, so that a label's weight (its
    inverse) makes figures those of all answers, whatever labels teach meanwhile. Answers that have a label by then are
    not candidates. Rows are drawn spread over answers and probabilities, not bunched.

    Parameters
    ----------
    n : int
        How many; fewer if there are fewer candidates.
    strategy : str
        One of ``classward.lifecycle.label.STRATEGIES``.
    control : float
        Random share: no row's chance is below this share of an even one. At least ``1 / most_label_weight``-th chances are
        what promises can use.
    seed : int, optional
        Of the draw; from the time and the task's seed unless given.

    Raises
    ------
    UsageError
        CW720 for a number, strategy or share that cannot be.
    DataError
        CW721 if no answer stands for choice.
    Refused
        CW722 if another queue was made meanwhile.
    """
    _check(n, strategy, control)
    head = ctx.journal.head()
    made = queues_made(ctx)
    space = last_label_space(ctx)
    until = now - _SETTLE
    seen = status(ctx, now=now)
    since = made[-1].until if made else seen.window.starts_at
    open_rows = _open_rows(ctx, since=since, until=until, now=now)
    rows = open_rows.filter(pl.col("label_space_hash") == (space.hash if space else ""))
    if space is None or not rows.height:
        raise DataError(
            "CW721", "no answer stands for choice",
            got=f"{open_rows.height:,} answers without a label since {since:%Y-%m-%d %H:%M:%S}"
            + (", none of the present classes" if open_rows.height else ""),
            why="each live answer stands for choice once, in the first queue that is made after it",
            fix="wait for answers of a live version; rows of the last queue are in classward history --json",
        )  # fmt: skip
    drawn_seed = zlib.crc32(f"{ctx.task.seed} {now.isoformat()}".encode()) if seed is None else seed
    queue = LabelQueue(
        id=ctx.ids.new(), at=now, since=since, until=until, strategy=strategy, control=control, seed=drawn_seed,
        n_candidates=rows.height, n_left_out=open_rows.height - rows.height, needs=class_needs(seen.classes),
        items=_chosen(rows, space, class_needs(seen.classes), n, strategy, control, drawn_seed),
    )  # fmt: skip
    if ctx.journal.head() != head:
        raise Refused(
            "CW722", "something else was recorded meanwhile",
            got="the journal grew while rows were chosen", why="two queues must not offer the same answer",
            fix="run the command again",
        )  # fmt: skip
    note(
        ctx,
        _KIND,
        _plain(queue),
        why=f"{len(queue.items)} of {queue.n_candidates:,} answers by {strategy}",
        expected=head,
    )
    return queue


def queues_made(ctx: Context) -> tuple[LabelQueue, ...]:
    """Every queue that was made for the task, oldest first, without the rows' features."""
    return tuple(_read(json.loads(e.payload)) for e in ctx.journal.events(task=ctx.task.name, kind=_KIND))


def write_queue(queue: LabelQueue | None, place: str) -> None:
    """Write a queue as CSV for a person to fill in: ``id, label, …``, then the row's own columns where they were kept.

    Without a queue only see that a new file can be made there.

    Raises
    ------
    DataError
        CW723 if there is one already, or none can be made.
    """
    try:
        with Path(place).open("x", encoding="utf-8", newline="") as file:
            if queue is not None:
                _write(queue, file)
    except OSError as error:
        raise DataError(
            "CW723", "the queue cannot be written there", got=f"{place}: {error.strerror or error}",
            fix="name a new file in a folder that exists: labels filled in before are never overwritten",
        ) from error  # fmt: skip
    if queue is None:
        Path(place).unlink()


def _write(queue: LabelQueue, file: TextIO) -> None:
    rows = [json.loads(item.features) if item.features else {} for item in queue.items]
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(file)
    writer.writerow([*_OWN, *(f"{name} (row)" if name in _OWN else name for name in names)])
    for item, row in zip(queue.items, rows, strict=True):
        own = (item.id, "", item.predicted, item.second, repr(item.weight), QUEUE, queue.at.isoformat(), item.why)
        writer.writerow([*own, *(row.get(name) for name in names)])


def queue_gain(ctx: Context, *, now: datetime) -> QueueGain:
    """Hold the labels of all queues against what as many random labels would have found."""
    made = queues_made(ctx)
    items = [item for queue in made for item in queue.items]
    if not made:
        return _gain(0, np.zeros(0, dtype=bool), np.zeros(0))
    weight = pl.DataFrame(
        {"id": [i.id for i in items], "by": [i.weight for i in items]}, schema_overrides={"by": pl.Float64}
    )
    known = resolved_online(ctx, ("id", "at", "route", "kind", "label"), since=made[0].since, now=now).outcomes
    labelled = known.filter(pl.col("truth").is_not_null()).join(weight, on="id", how="inner")
    is_wrong = (labelled["truth"] != labelled["label"]).to_numpy().astype(bool)
    return _gain(len(items), is_wrong, labelled["by"].to_numpy().astype(np.float64))


def _gain(n_queued: int, is_wrong: np.ndarray, weight: np.ndarray) -> QueueGain:
    found = weighted_share(is_wrong, np.ones(len(is_wrong))) if len(is_wrong) else Measure(value=None, n=0)
    usual = weighted_share(is_wrong, weight) if len(is_wrong) else Measure(value=None, n=0)
    gain = found.value / usual.value if found.value and usual.value else None
    return QueueGain(n_queued=n_queued, n_labelled=len(is_wrong), mistakes=found, at_random=usual, gain=gain)


def _check(n: int, strategy: str, control: float) -> None:
    if strategy not in STRATEGIES:
        raise UsageError(
            "CW720",
            f"rows are not chosen by {strategy!r}{nearest(strategy, STRATEGIES)}",
            fix=f"use {', '.join(STRATEGIES)}",
        )
    if n < 1 or not 0.0 < control <= 1.0:
        raise UsageError(
            "CW720", "this many rows cannot be chosen so",
            got=f"{n} rows, a random share of {control:g}", why="a row without a chance could never be weighed",
            fix="choose at least 1 row, and a share above 0 and at most 1",
        )  # fmt: skip


def _open_rows(ctx: Context, *, since: datetime, until: datetime, now: datetime) -> pl.DataFrame:
    known = resolved_online(ctx, _READ, since=since, now=now).outcomes
    return known.filter((pl.col("at") < until) & pl.col("truth").is_null())


def _chosen(
    rows: pl.DataFrame,
    space: LabelSpace,
    needs: tuple[LabelNeed, ...],
    n: int,
    strategy: str,
    control: float,
    seed: int,
) -> tuple[QueueItem, ...]:
    rows = rows.sort("label", "probability", "id")  # so that a systematic draw is spread over answers and doubt
    proba = np.array(rows["probabilities"].to_list(), dtype=np.float64).reshape(rows.height, len(space))
    need = np.array([next((x.need for x in needs if x.class_name == name), 0.0) for name in space.names])
    chance = chances_by_benefit(benefit_of(strategy, proba, need), n, control=control)
    at = systematic_draw(chance, np.random.default_rng(seed))
    ranked = np.argsort(-proba, axis=1)
    wanted = proba * need
    items = []
    for i in at.tolist():
        row = rows.row(i, named=True)
        best, second = (space.names[k] for k in ranked[i, :2])
        items.append(
            QueueItem(
                id=row["id"], at=row["at"], version=row["version"], predicted=row["label"],
                probability=float(row["probability"]), second=second, chance=float(chance[i]), features=row["features"],
                why=_why(strategy, wanted[i], space, best, second, proba[i]),
            )
        )  # fmt: skip
    return tuple(sorted(items, key=lambda item: (item.chance < 1.0, -item.chance, item.id)))


def _why(strategy: str, wanted: np.ndarray, space: LabelSpace, best: str, second: str, proba: np.ndarray) -> str:
    if strategy == "random":
        return "random"
    if strategy == "need" and wanted.max() >= _ENOUGH_OF_NEED * proba.max() and wanted.max() > 0.0:
        return f"may be {space.names[int(wanted.argmax())]}, which wants labels"
    top = np.sort(proba)[-2:]
    return f"{best} or {second}: {top[1]:.2f} against {top[0]:.2f}"


def _plain(queue: LabelQueue) -> dict[str, Any]:
    plain: Any = to_plain(queue)
    return {**plain, "items": [{k: v for k, v in item.items() if k != "features"} for item in plain["items"]]}


def _read(plain: dict[str, Any]) -> LabelQueue:
    times = {name: parse_time(plain[name]) for name in ("at", "since", "until")}
    items = tuple(QueueItem(**(item | {"at": parse_time(item["at"])})) for item in plain["items"])
    return LabelQueue(
        **(plain | times | {"needs": tuple(LabelNeed(**need) for need in plain["needs"]), "items": items})
    )
