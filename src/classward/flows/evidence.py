"""Take in labels that came since the last look, and raise or resolve what they amount to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from classward.domain import (
    Alert,
    Deployment,
    LabelSpace,
    Stream,
    StreamState,
    WaitingLabel,
    WatchMemory,
    key_now,
    to_plain,
)
from classward.flows.alert_log import alerts_of
from classward.flows.class_names import in_current_names, taxonomy_of
from classward.flows.context import Context, note
from classward.flows.label_space import find_label_space
from classward.flows.online import online_only
from classward.flows.renamed import read_names
from classward.flows.summaries import revised
from classward.flows.versions import registry_state
from classward.lifecycle.monitor import (
    Truths,
    alert_for,
    alerts_due,
    begun_afresh,
    fresh_state,
    settled,
    streams_of,
    taken_in,
)

__all__ = ["TakenIn", "take_in", "watched"]

_NOTHING_NEW = pl.DataFrame(
    schema={"id": pl.String, "truth": pl.String, "weight": pl.Float64, "received_at": pl.Datetime("us", "UTC"),
            "at": pl.Datetime("us", "UTC"), "version": pl.Int64, "route": pl.String, "kind": pl.String, "label": pl.String,
            "probability": pl.Float64, "truth_as_written": pl.String, "label_as_written": pl.String}
)  # fmt: skip
_READ_AGAIN = timedelta(hours=1)
"""Writers stamp a label before they append it; one that was held up for less than this is not missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What one look found: labels taken in, and alerts raised or resolved because of them."""

    n_labels: int = 0
    n_waiting: int = 0
    raised: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()


def take_in(ctx: Context, *, now: datetime) -> TakenIn:
    """Move the evidence against every promise on to ``now``.

    Each prediction counts by the first label that came for it, once, in order of receipt, against the version that
    answered it while that version is live. Evidence, ids and the summaries of the days that were
    answered on are written together, so a look that is cut off is made
    again and nothing counts twice; alerts follow from the evidence, and one that was not recorded yet is recorded by the
    next look. For the holder of the lease.

    Raises
    ------
    RecordError
        CW620 if the stored evidence is damaged.
    """
    ctx = in_current_names(ctx)  # a watch that runs for months sees its classes renamed
    state = registry_state(ctx.journal, ctx.task.name)
    deployment = state.deployment
    if deployment is None or deployment.live is None:
        return TakenIn()
    version = state.version(deployment.live.version)
    space = find_label_space(ctx, version.label_space_hash)
    if space is None:
        return TakenIn()
    space, _ = state.taxonomy.read_space(space)
    streams = watched(ctx, space)
    memory = ctx.watching.read(task=ctx.task.name)
    fresh, waiting, read_until = _new_truths(ctx, memory, now)
    states = _moved(ctx, streams, memory, fresh, deployment, now)
    written = replace(memory, states=states, read_until=read_until, waiting=waiting)
    if written != memory:
        written = replace(written, revision=memory.revision + 1)
        as_written = fresh.with_columns(truth=pl.col("truth_as_written"), label=pl.col("label_as_written"))
        changed = revised(ctx, as_written, now=now)
        if not ctx.watching.write(written, task=ctx.task.name, taken=fresh["id"].to_list(), buckets=changed):
            return TakenIn()
    raised, resolved = _said(ctx, streams, states, deployment.live.version, now)
    again = settled(states, alerts_of(ctx))
    if again:
        afresh = tuple(begun_afresh(s) if s.key in again else s for s in states)
        ctx.watching.write(replace(written, states=afresh, revision=written.revision + 1), task=ctx.task.name)
    return TakenIn(n_labels=fresh.height, n_waiting=len(waiting), raised=raised, resolved=resolved)


def watched(ctx: Context, label_space: LabelSpace) -> tuple[Stream, ...]:
    """What is watched for this task."""
    return streams_of(ctx.task.slos, ctx.task.alerts, label_space)


def _new_truths(
    ctx: Context, memory: WatchMemory, now: datetime
) -> tuple[pl.DataFrame, tuple[WaitingLabel, ...], datetime | None]:
    """Answers whose first label is new, in order of receipt; labels that still wait for theirs; the last receipt read."""
    since = memory.read_until - _READ_AGAIN if memory.read_until else None
    labels = ctx.log.labels(received_since=since).select("id", "label", "weight", "received_at", "digest")
    taxonomy = taxonomy_of(ctx)
    newest = labels["received_at"].max()
    read_until = newest if isinstance(newest, datetime) else memory.read_until
    held = pl.DataFrame(
        [(w.id, w.label, w.weight, w.received_at, "") for w in memory.waiting], schema=labels.schema, orient="row"
    )
    both = pl.concat([held, labels]).with_columns(pl.col("label").alias("truth_as_written"))
    all_labels = read_names(both, taxonomy)
    told = all_labels.filter(pl.col("label").is_not_null())  # what needs relabelling is no truth yet
    first = told.sort("received_at", "digest").unique("id", keep="first", maintain_order=True)
    new = ctx.watching.not_yet_taken(first["id"].to_list(), task=ctx.task.name)
    first = first.filter(pl.col("id").is_in(list(new)))
    if not first.height:
        return _NOTHING_NEW, (), read_until
    wait = timedelta(days=ctx.task.label_wait_days)
    answers = ctx.log.predictions(
        since=now - 2 * wait,
        ids=first["id"].to_list(),
        columns=("id", "at", "version", "route", "kind", "label", "probability"),
    )
    written = online_only(answers).with_columns(pl.col("label").alias("label_as_written"))
    own = read_names(written, taxonomy).sort("at").unique("id", keep="first", maintain_order=True)
    joined = first.rename({"label": "truth"}).join(own, on="id", how="inner", maintain_order="left")
    joined = joined.filter(pl.col("label").is_not_null())
    alone = first.join(own, on="id", how="anti").filter(pl.col("received_at") >= now - wait)
    waiting = tuple(
        WaitingLabel(id=r["id"], label=r["label"], weight=r["weight"], received_at=r["received_at"])
        for r in alone.iter_rows(named=True)
    )
    return joined, waiting, read_until


def _moved(
    ctx: Context,
    streams: Sequence[Stream],
    memory: WatchMemory,
    fresh: pl.DataFrame,
    deployment: Deployment,
    now: datetime,
) -> tuple[StreamState, ...]:
    live = deployment.live
    assert live is not None
    own = fresh.filter(pl.col("version") == live.version)
    truths = Truths(
        version=live.version,
        day=np.array([moment.date().toordinal() for moment in own["received_at"]], dtype=np.int64),
        truth=np.array(own["truth"].to_list(), dtype=np.str_),
        answer=np.array(own["label"].to_list(), dtype=np.str_),
        weight=own["weight"].to_numpy().astype(np.float64),
    )
    taxonomy = taxonomy_of(ctx)
    known = {key_now(s.key, taxonomy): replace(s, key=key_now(s.key, taxonomy)) for s in memory.states}

    def moved() -> Iterator[StreamState]:
        for stream in streams:
            state = known.get(stream.key)
            if state is None or state.version != live.version:
                began_on = state.began_on if state else None
                state = fresh_state(stream, version=live.version, today=deployment.since.date(), began_on=began_on)
            yield taken_in(state, stream, truths, most_weight=ctx.task.alerts.most_label_weight, until=now.date())

    return tuple(moved())


def _said(
    ctx: Context, streams: Sequence[Stream], states: Sequence[StreamState], live_version: int, now: datetime
) -> tuple[tuple[Alert, ...], tuple[Alert, ...]]:
    """Record what is due; give the alerts raised and resolved."""
    alerts = alerts_of(ctx)
    again = settled(states, alerts)
    due = alerts_due(streams, [s for s in states if s.key not in again], alerts, live_version=live_version)
    raised, resolved = [], []
    for one in due:
        if one.alert is None:
            alert = alert_for(one, alert_id=ctx.ids.new(), now=now)
            note(ctx, "alert_raised", {"alert": to_plain(alert), "evidence": to_plain(one.state)}, why=_in_words(alert))
            raised.append(alert)
        else:
            note(ctx, "alert_resolved", {"id": one.alert.id, "evidence": to_plain(one.state)}, why=one.why)
            resolved.append(one.alert)
    return tuple(raised), tuple(resolved)


def _in_words(alert: Alert) -> str:
    return (
        f"{alert.family} of {alert.class_name!r} fell below the promised {alert.promised:g}: "
        f"{alert.n_hits} of {alert.n} labels went well; chance of a false alarm {alert.alpha:.2g} a year"
    )
