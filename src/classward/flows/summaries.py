"""Bring the summaries of days forward: every answer and label is counted once, whatever is cut off, late or damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from classward.domain import BucketKey, DayBucket, LabelSpace, Reference
from classward.flows.context import Context
from classward.flows.label_space import find_label_space
from classward.flows.reference import reference_of
from classward.flows.versions import registry_state
from classward.lifecycle.monitor import bucket_of, expected_of, grown, with_labels
from classward.lifecycle.release import RegistryState

__all__ = ["BroughtForward", "bring_forward", "mend", "revised"]

_SETTLED, _LEAST, _CLOSED = timedelta(seconds=60), timedelta(seconds=60), timedelta(hours=1)
"""Answers are counted when they are a minute old, a minute's worth at least; each day once more, an hour after its end."""
_MOST_SPANS = 40
_READ = (
    "id", "at", "version", "route", "kind", "label", "probability", "features", "payload_weight", "label_space_hash"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtForward:
    """What one look counted, and the days whose summaries changed when they were counted once more."""

    n_answers: int = 0
    recounted: tuple[BucketKey, ...] = ()


def bring_forward(ctx: Context, *, now: datetime) -> BroughtForward:
    """Count the answers that came since the last look into the buckets of their days.

    The buckets and the moment up to which answers are counted are written together, so a look that is cut off is made
    again and nothing counts twice. An hour after a day has ended it is counted once more, whole: what a writer held up
    meanwhile is then in it, and the bucket says so. For the holder of the lease. Cost: reads the new answers, and each day
    once more.

    Raises
    ------
    RecordError
        CW620 if the memory of watching is damaged; as for reading the record log.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    if not any(d.live for d in state.deployments):
        return BroughtForward()
    n_answers, recounted = 0, []
    first = min(d.since for d in state.deployments if d.live)
    for _ in range(_MOST_SPANS):
        memory = ctx.watching.read(task=ctx.task.name)
        begun = memory.counted_until or _midnight(first.astimezone(UTC).date())
        due = memory.closed_until or begun.date()
        if due < begun.date() and now >= _midnight(due + timedelta(days=1)) + _CLOSED:
            changed = _recounted(ctx, state, due, now=now)
            after = replace(memory, closed_until=due + timedelta(days=1), revision=memory.revision + 1)
            if not ctx.watching.write(after, task=ctx.task.name, buckets=changed):
                break
            recounted += [b.key for b in changed if b.revised_at == now]
            continue
        ends = min(_midnight(begun.date() + timedelta(days=1)), now - _SETTLED)
        if ends <= begun or (ends - begun < _LEAST and ends.time() != time(0)):
            break
        rows = ctx.log.predictions(since=begun, until=ends, columns=_READ)
        buckets = tuple(_grown(ctx, state, rows, begun.date()))
        after = replace(memory, counted_until=ends, closed_until=due, revision=memory.revision + 1)
        if not ctx.watching.write(after, task=ctx.task.name, buckets=buckets):
            break
        n_answers += rows.height
    return BroughtForward(n_answers=n_answers, recounted=tuple(recounted))


def mend(ctx: Context, damaged: Sequence[BucketKey], *, now: datetime) -> None:
    """Count days whose kept summary cannot be read again from the log, up to where answers were counted before."""
    state = registry_state(ctx.journal, ctx.task.name)
    memory = ctx.watching.read(task=ctx.task.name)
    fresh = [
        bucket
        for day in sorted({key.day for key in damaged})
        for bucket in _recounted(ctx, state, day, now=now, until=memory.counted_until)
    ]
    ctx.watching.write(replace(memory, revision=memory.revision + 1), task=ctx.task.name, buckets=fresh)


def revised(ctx: Context, labelled: pl.DataFrame, *, now: datetime) -> tuple[DayBucket, ...]:
    """Buckets after labels that came for answers of any day; to be written with the ids of the labels.

    ``labelled`` has ``at, version, route, label, probability, truth, weight``. A bucket that cannot be read is left to
    :func:`mend`, which counts its labels as well.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    changed = []
    for key, part in _by_bucket(labelled):
        space, _ = _meaning(ctx, state, key.version)
        kept = ctx.watching.buckets(task=ctx.task.name, version=key.version, route=key.route, since=key.day)
        if space is None or key in kept.damaged:
            continue
        known = next((b for b in kept.buckets if b.key == key), None)
        changed.append(with_labels(known or _empty(key, space), part, space, now=now))
    return tuple(changed)


def _grown(ctx: Context, state: RegistryState, rows: pl.DataFrame, day: date) -> Iterator[DayBucket]:
    kept = ctx.watching.buckets(task=ctx.task.name, since=day)
    known = {b.key: b for b in kept.buckets}
    for key, part in _by_bucket(_told(rows)):
        space, reference = _meaning(ctx, state, key.version)
        if space is None or key in kept.damaged:
            continue
        before = known.get(key)
        more = bucket_of(part, key, space, reference, heaviest=before.heaviest if before else 1.0)
        yield grown(before, more)


def _recounted(
    ctx: Context, state: RegistryState, day: date, *, now: datetime, until: datetime | None = None
) -> list[DayBucket]:
    """The buckets of a day as the log has them, where they differ from what is kept."""
    begins, ends = _midnight(day), _midnight(day + timedelta(days=1))
    is_whole = until is None or until >= ends
    rows = _told(ctx.log.predictions(since=begins, until=min(ends, until or ends), columns=(*_READ, "probabilities")))
    labels = ctx.log.labels(received_since=begins - timedelta(days=ctx.task.label_wait_days))
    taken = ctx.watching.taken(rows["id"].to_list(), task=ctx.task.name)
    own = labels.filter(pl.col("id").is_in(list(taken))).sort("received_at", "digest")
    first = own.unique("id", keep="first", maintain_order=True).select("id", pl.col("label").alias("truth"), "weight")
    rows = rows.drop("truth", "weight").join(first, on="id", how="left", maintain_order="left")
    kept = ctx.watching.buckets(task=ctx.task.name, since=day)
    known = {b.key: b for b in kept.buckets}
    changed = []
    for key, part in _by_bucket(rows):
        space, reference = _meaning(ctx, state, key.version)
        if space is None:
            continue
        before, made = known.get(key), bucket_of(part, key, space, reference)
        expected = expected_of(part, space, reference) if is_whole else None
        if before is not None and _is_same(before, made):
            changed.append(replace(before, expected=expected))
            continue
        why = "its summary could not be read" if key in kept.damaged else "counted once more after the day had ended"
        number = before.revision + 1 if before else 1
        changed.append(replace(made, expected=expected, revision=number, revised_at=now, why=why))
    return changed


def _is_same(first: DayBucket, second: DayBucket) -> bool:
    counted = [replace(b, expected=None, revision=0, revised_at=None, why="") for b in (first, second)]
    return counted[0] == counted[1]


def _by_bucket(rows: pl.DataFrame) -> Iterator[tuple[BucketKey, pl.DataFrame]]:
    keyed = rows.with_columns(pl.col("at").dt.date().alias("day"))
    for (version, route, day), part in sorted(keyed.partition_by("version", "route", "day", as_dict=True).items()):
        yield BucketKey(version=version, route=route, day=day), part


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Answers given to callers, each id once; no label yet."""
    online = rows.filter(pl.col("kind").ne_missing("batch")).sort("at", "id")
    first = online.unique(["id", "route", "version"], keep="first", maintain_order=True)
    return first.with_columns(pl.lit(None, pl.String).alias("truth"), pl.lit(None, pl.Float64).alias("weight"))


def _meaning(ctx: Context, state: RegistryState, version: int) -> tuple[LabelSpace | None, Reference | None]:
    stored = next((v for v in state.versions if v.version == version), None)
    space = find_label_space(ctx, stored.label_space_hash) if stored else None
    return (None, None) if stored is None or space is None else (space, reference_of(ctx, stored, space))


def _empty(key: BucketKey, space: LabelSpace) -> DayBucket:
    nothing = pl.DataFrame(
        schema={"id": pl.String, "version": pl.Int64, "label": pl.String, "probability": pl.Float64, "truth": pl.String,
                "weight": pl.Float64, "features": pl.String, "payload_weight": pl.Float64}
    )  # fmt: skip
    return bucket_of(nothing, key, space, None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
