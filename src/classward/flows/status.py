"""What is live, how each class does, and what is missing to say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from classward.domain import Alert, CalibrationReport, ClassEstimate, ClassState, Deployment, Measure, Window
from classward.flows.alert_log import alerts_of
from classward.flows.context import Context
from classward.flows.label_space import last_label_space
from classward.flows.online import resolved_online
from classward.flows.revisions import Revision, revisions
from classward.flows.versions import registry_state
from classward.flows.watched import last_tick
from classward.lifecycle.label import LabelLag, label_lag
from classward.lifecycle.monitor import class_estimates, class_states, production_calibration, unknown_share
from classward.ports import Heartbeat

__all__ = ["Check", "Status", "status"]

_ALIVE_S = 2.0
_SWAP_S = 10.0
_UNWATCHED_S = 300.0
_RECORD_DAYS = 91
_READ = ("id", "at", "version", "route", "kind", "label", "probability")


_NOTHING = Measure(value=None, n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that has to be in place, whether it is, and what was seen."""

    name: str
    is_passed: bool
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One look at a task. Figures cover the window; verdicts on promises use every label of the live version, once.

    ``n_waiting`` labels have no prediction yet; ``n_unknown`` waited longer than the task allows and count as
    quarantined, beside ``n_quarantined`` that could not be accepted at all. ``n_to_relabel`` labels are of a class that was
    split since, ``n_unreadable`` answers are; both are in no figure. ``serving`` is one of ``in step``,
    ``swapping`` (a change is younger than ten seconds), ``version skew`` (a worker answers with another version than the
    journal intends, or cannot load it), ``no server``. ``checks`` are what has to be watched and whether it is. ``revisions``
    are days of the window whose figures changed after they were over. ``estimates`` cover the whole days of the window and
    need no label. ``unknown`` is the share of answers in the window that name no class.
    """

    task: str
    at: datetime
    deployment: Deployment | None
    window: Window
    classes: tuple[ClassState, ...]
    calibration: CalibrationReport | None
    lag: LabelLag | None
    n_versions: int
    n_repeated: int
    n_conflicting: int
    n_waiting: int
    n_unknown: int
    n_negative_delay: int
    n_quarantined: int
    n_lost: int
    n_to_relabel: int
    n_unreadable: int
    workers: tuple[Heartbeat, ...]
    alerts: tuple[Alert, ...]
    serving: str
    checks: tuple[Check, ...]
    revisions: tuple[Revision, ...] = ()
    estimates: tuple[ClassEstimate, ...] = ()
    unknown: Measure = _NOTHING


def status(ctx: Context, *, now: datetime) -> Status:
    """Look at the task as of ``now``; reads journal and record log, changes nothing.

    Cost: one pass over the records since the live version was first deployed or the window began, whichever is earlier,
    and two label waits before.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    window_start = now - timedelta(days=ctx.task.window_days)
    live = state.live
    first_live = (d.since for d in state.deployments if live and d.live and d.live.version == live.version)
    resolved = resolved_online(ctx, _READ, since=min((window_start, *first_live)), now=now)
    online = resolved.outcomes
    within = online.filter(pl.col("at") >= window_start)
    evidence = online.filter(pl.col("version") == (live.version if live else -1))
    space = last_label_space(ctx)
    workers = ctx.heartbeats.alive(task=ctx.task.name, now=now, within_s=_ALIVE_S)
    return Status(
        task=ctx.task.name, at=now, deployment=state.deployment, n_versions=len(state.versions), workers=workers,
        window=Window(
            starts_at=window_start, ends_at=now, n_predictions=within.height,
            n_labelled=int(within["truth"].is_not_null().sum()),
        ),
        classes=class_states(within, evidence, space, ctx.task.slos) if space else (),
        calibration=production_calibration(within, rng=np.random.default_rng(within.height)), lag=label_lag(within, now=now),
        n_repeated=resolved.n_repeated_predictions, n_conflicting=resolved.n_conflicting,
        n_to_relabel=resolved.n_to_relabel, n_unreadable=resolved.n_unreadable,
        n_waiting=resolved.n_waiting, n_unknown=resolved.n_unknown, n_negative_delay=resolved.n_negative_delay,
        alerts=tuple(a for a in alerts_of(ctx) if a.state != "resolved"),
        n_quarantined=ctx.log.quarantined().height, n_lost=_n_lost(ctx, workers),
        serving=_serving(state.deployment, workers, now), checks=(*_checks(workers), *_watch_check(ctx, workers, now)),
        revisions=tuple(r for r in revisions(ctx, since=window_start.date()) if r.route == "live"),
        estimates=_estimates(ctx, live.version, now) if live else (), unknown=unknown_share(within),
    )  # fmt: skip


def _estimates(ctx: Context, version: int, now: datetime) -> tuple[ClassEstimate, ...]:
    """What the kept days of the live version expect, without labels; the record looks back a season."""
    since = (now - timedelta(days=ctx.task.window_days)).date()
    kept = ctx.watching.buckets(
        task=ctx.task.name, version=version, route="live", since=min(since, now.date() - timedelta(days=_RECORD_DAYS))
    )
    return class_estimates(kept.buckets, ctx.watching.reference(task=ctx.task.name, version=version), since=since)


def _serving(deployment: Deployment | None, workers: tuple[Heartbeat, ...], now: datetime) -> str:
    """Whether the workers answer with what the journal intends."""
    if not workers:
        return "no server"
    intended = deployment.live.bundle_hash if deployment and deployment.live else ""
    if all(worker.bundle_hash == intended for worker in workers):
        return "in step"
    is_new = deployment is not None and now - deployment.since < timedelta(seconds=_SWAP_S)
    starting = all(now - w.started_at < timedelta(seconds=_SWAP_S) for w in workers if w.bundle_hash != intended)
    return "swapping" if is_new or starting else "version skew"


def _checks(workers: tuple[Heartbeat, ...]) -> tuple[Check, ...]:
    """What a server watches unless it is told not to."""
    return tuple(
        Check(name=name, is_passed=n == 0, seen="on" if n == 0 else f"turned off in {n} of {len(workers)} workers")
        for name in ("per-class metrics", "feature payloads")
        if workers
        for n in (sum(name in worker.turned_off for worker in workers),)
    )


def _watch_check(ctx: Context, workers: tuple[Heartbeat, ...], now: datetime) -> tuple[Check, ...]:
    """Where something answers, labels are taken in and records sealed beside it: when that was last done."""
    if not workers:
        return ()
    last = ctx.leases.until(last_tick(ctx))
    began = last or min(worker.started_at for worker in workers)
    age_s = max(0.0, (now - began).total_seconds())
    seen = f"last round {age_s:.0f} s ago" if last else f"no round in the {age_s:.0f} s since the server began"
    return (Check(name="watch", is_passed=age_s <= _UNWATCHED_S, seen=seen),)


def _n_lost(ctx: Context, workers: tuple[Heartbeat, ...]) -> int:
    """Answers without a record: those that writers told the log of, and what each worker could not tell it yet."""
    told = ctx.log.counters().filter(pl.col("name") == "unlogged").group_by("writer").agg(pl.col("n").sum())
    by_writer: dict[str, int] = dict(told.select("writer", "n").iter_rows())
    return sum(by_writer.values()) + sum(max(0, w.n_lost - by_writer.get(w.process_id, 0)) for w in workers)
