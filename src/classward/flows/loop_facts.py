"""What asks for a retraining, and what is known about it: read from journal and record log, nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from classward.artifact.read import read_extra
from classward.domain import Alert, LoopFacts, Measure, Trigger
from classward.errors import ArtifactError
from classward.flows.alert_log import alerts_of
from classward.flows.budgets import budgets
from classward.flows.context import Context
from classward.flows.label_space import known_classes
from classward.flows.production_rows import SELF_LABELLED, labelled_answers
from classward.flows.versions import registry_state
from classward.lifecycle.release import RegistryState
from classward.lifecycle.retrain import LoopState
from classward.statistics import weighted_share

__all__ = ["gather_facts", "trained_at"]

_FEWEST_OF_NEW_CLASS = 3
_INPUTS = ("feature", "missing", "unseen")
_FIFTH = 0.20
_MOST_SHOWN = 10


def gather_facts(ctx: Context, loop: LoopState, *, now: datetime) -> LoopFacts:
    """Collect everything that a decision looks at. Cost: reads the answers of the budget window and those labelled since."""
    state = registry_state(ctx.journal, ctx.task.name)
    since = trained_at(state, loop)
    alerts = [a for a in alerts_of(ctx) if a.state != "resolved"]
    fresh = _new_labels(ctx, since, now=now)
    taught = fresh.filter(pl.col("features").is_not_null() & ~pl.col("source").str.to_lowercase().is_in(SELF_LABELLED))
    live = state.live.version if state.live else None
    pages = [a for a in alerts if a.severity == "page"]
    burning = tuple(_budget_triggers(ctx, now=now))
    return LoopFacts(
        triggers=(
            *_manual(loop), *_schedule(ctx, since, now), *_drift(alerts), *_broken(pages), *burning,
            *_labels(ctx, taught.height), *_new_classes(ctx, since),
        ),
        live=live, trained_at=since, began_at=loop.runs[-1].began_at if loop.runs else None,
        n_new_labels=taught.height, paused=loop.paused, frozen=state.frozen,
        rollout=state.rollout.candidate if state.rollout else None,
        inputs_moved=_subjects(alerts, _INPUTS), answers_moved=_subjects(alerts, ("answers",)),
        calibration_moved=_subjects(alerts, ("calibration",)),
        fell=tuple(sorted({_promise(a.family, a.class_name) for a in pages} | {t.subject for t in burning})),
        accuracy=_accuracy(fresh, live), accuracy_before=_accuracy_before(ctx, state), margin=ctx.task.rollout.margin,
        reviewed=loop.reviewed, missed=_missed(fresh, {a.class_name for a in pages}, live),
    )  # fmt: skip


def trained_at(state: RegistryState, loop: LoopState) -> datetime | None:
    """Up to when labels may have been learned from: the live version's registration, or the last run's snapshot."""
    moments = [v.registered_at for v in state.versions if state.live and v.version == state.live.version]
    moments += [
        run.began_at for run in loop.runs if any(s.name == "snapshot" and s.outcome == "done" for s in run.steps)
    ]
    return max(moments, default=None)


def _new_labels(ctx: Context, since: datetime | None, *, now: datetime) -> pl.DataFrame:
    begins = since or ctx.clock.now()
    found = labelled_answers(ctx, since=begins - timedelta(days=ctx.task.label_wait_days), until=now)
    return found.filter(pl.col("received_at") > begins)


def _manual(loop: LoopState) -> Iterator[Trigger]:
    for one in loop.requests:
        yield Trigger(kind="manual", subject="", cause=f"{one.actor} asked: {one.why}", evidence=(one.id,))


def _schedule(ctx: Context, since: datetime | None, now: datetime) -> Iterator[Trigger]:
    every = ctx.task.loop.schedule_days
    if every is None or since is None or now < since + timedelta(days=every):
        return
    yield Trigger(kind="schedule", subject="", cause=f"the last training is {every:g} days old or older")


def _drift(alerts: Sequence[Alert]) -> Iterator[Trigger]:
    for a in alerts:
        if a.severity == "ticket" and a.key.startswith("drift:"):
            name = f"{a.family} {a.subject or a.class_name or ''}".strip()
            yield Trigger(
                kind="drift", subject=name, cause=f"drift of {name}: {a.said}", evidence=(a.id,), error_rate=a.alpha
            )


def _broken(pages: Sequence[Alert]) -> Iterator[Trigger]:
    for a in pages:
        name = _promise(a.family, a.class_name)
        cause = f"{name} fell below the promised {a.promised:g}: {a.n_hits} of {a.n} labels went well"
        yield Trigger(kind="slo", subject=name, cause=cause, evidence=(a.id,), error_rate=a.alpha)


def _budget_triggers(ctx: Context, *, now: datetime) -> Iterator[Trigger]:
    for budget in budgets(ctx, now=now):
        for one in budget.rules:
            is_fifth = budget.class_name is not None and one.rule.budget_share == _FIFTH
            if is_fifth and one.state == "burning":
                name = _promise(budget.indicator, budget.class_name)
                cause = f"more than {_FIFTH:.0%} of the budget of {name} went in a day"
                yield Trigger(kind="budget", subject=name, cause=cause, error_rate=1.0)


def _labels(ctx: Context, n: int) -> Iterator[Trigger]:
    least = ctx.task.loop.min_new_labels
    if n >= least:
        yield Trigger(kind="labels", subject="", cause=f"{least:,} or more labels have come since the last training")


def _new_classes(ctx: Context, since: datetime | None) -> Iterator[Trigger]:
    """Classes that labels name and nobody declared, each by several rows."""
    refused = ctx.log.quarantined()
    if since is not None:
        refused = refused.filter(pl.col("received_at") > since)
    rows: dict[str, set[str]] = {}
    known = known_classes(ctx) if refused.height else ()
    for raw, reason in refused.select("raw", "reason").iter_rows():
        if not reason.startswith("no class is called"):
            continue
        told = json.loads(raw) if raw.startswith("{") and raw.endswith("}") else {}
        name, row = told.get("label"), told.get("id")
        if isinstance(name, str) and isinstance(row, str) and name not in known:
            rows.setdefault(name, set()).add(row)
    for name, ids in sorted(rows.items()):
        if len(ids) >= _FEWEST_OF_NEW_CLASS:
            yield Trigger(kind="new class", subject=name, cause=f"labels name a class {name!r} that was never declared")


def _missed(fresh: pl.DataFrame, classes: set[str | None], live: int | None) -> tuple[str, ...]:
    """Some rows for an expert to look at: wrong answers of the classes whose promise broke, the last ones first."""
    names = [c for c in classes if c is not None]
    wrong = fresh.filter((pl.col("truth") != pl.col("label")) & (pl.col("version") == (live or 0)))
    of = wrong.filter(pl.col("truth").is_in(names) | pl.col("label").is_in(names))
    return tuple(of.sort("received_at", "id", descending=True)["id"].head(_MOST_SHOWN).to_list())


def _subjects(alerts: Sequence[Alert], families: tuple[str, ...]) -> tuple[str, ...]:
    found = (a for a in alerts if a.key.startswith("drift:") and a.family in families)
    return tuple(sorted({a.subject or a.class_name or a.family for a in found}))


def _promise(indicator: str, class_name: str | None) -> str:
    return indicator if class_name is None else f"{indicator} of {class_name}"


def _accuracy(fresh: pl.DataFrame, live: int | None) -> Measure:
    own = fresh.filter(pl.col("version") == live) if live is not None else fresh.clear()
    if not own.height:
        return Measure(value=None, n=0)
    is_right = (own["truth"] == own["label"]).to_numpy().astype(bool)
    return weighted_share(is_right, own["weight"].fill_null(1.0).to_numpy().astype(np.float64))


def _accuracy_before(ctx: Context, state: RegistryState) -> float | None:
    if state.live is None:
        return None
    bundle = state.stored_version(state.live.version).bundle_hash
    try:
        value = json.loads(read_extra(ctx.artifacts.path(bundle), "report.json", expected_hash=bundle))["accuracy"][
            "value"
        ]
        return float(value) if value is not None else None
    except ArtifactError as error:
        if error.code != "CW507":  # a bundle without a report: nothing to hold production against
            raise
        return None
