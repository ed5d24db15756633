"""Why things are as they are, and which evidence is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from classward.domain import Diagnosis
from classward.flows.budgets import budgets
from classward.flows.context import Context
from classward.flows.drift import drift_now
from classward.flows.online import resolved_online
from classward.flows.status import Status, status
from classward.flows.watched import last_tick
from classward.lifecycle.monitor import delay_of_wrong

__all__ = ["doctor"]

_LATE_S = 300.0
_WORTH_TELLING = 0.05


def doctor(ctx: Context, *, now: datetime) -> tuple[Diagnosis, ...]:
    """Go through what has to be there for a sound judgement; what is wrong first. Reads, and changes nothing."""
    state = status(ctx, now=now)
    if state.deployment is None or state.deployment.live is None:
        do = "classward serve" if state.n_versions else "classward train, then classward serve"
        return (_wrong("task", "nothing is live", f"{state.n_versions} versions are registered", do),)
    found = [
        *_serving(state), *_watching(ctx, state, now), *_labels(state), *_promises(ctx, state), *_bias(ctx, now),
        *_rules(ctx, now), *_drift(ctx, state, now), *_alerts(state),
    ]  # fmt: skip
    order = ("wrong", "missing", "note")
    return tuple(sorted(found, key=lambda d: order.index(d.level)))


def _wrong(about: str, what: str, because: str, do: str) -> Diagnosis:
    return Diagnosis(about=about, level="wrong", what=what, because=because, do=do)


def _missing(about: str, what: str, because: str, do: str) -> Diagnosis:
    return Diagnosis(about=about, level="missing", what=what, because=because, do=do)


def _note(about: str, what: str, because: str, do: str) -> Diagnosis:
    return Diagnosis(about=about, level="note", what=what, because=because, do=do)


def _serving(state: Status) -> Iterator[Diagnosis]:
    if state.serving == "no server":
        yield _wrong("server", "no server answers", "no worker was seen in the last seconds", "classward serve")
    elif state.serving == "version skew":
        yield _wrong("server", "a worker answers with another version than is live", "see its log", "classward status")
    for check in state.checks:
        if not check.is_passed and check.name != "watch":
            yield _wrong(
                "server", f"{check.name}: {check.seen}", "what is turned off is not watched", "turn it on again"
            )
    if state.n_lost:
        yield _wrong(
            "records", f"{state.n_lost:,} answers have no record", "writing failed or stalled", "see docs/records.md"
        )


def _watching(ctx: Context, state: Status, now: datetime) -> Iterator[Diagnosis]:
    last = ctx.leases.until(last_tick(ctx))
    do = "'classward serve' starts it; by itself: classward watch"
    if last is None:
        yield _wrong("watch", "no label was ever taken in, so no alert can be raised", "watch has made no round", do)
    elif (now - last).total_seconds() > _LATE_S:
        age = (now - last).total_seconds() / 3600
        yield _wrong("watch", "watch makes no rounds", f"the last one was {age:.1f} hours ago", do)
    kept = ctx.watching.buckets(task=ctx.task.name)
    for key in kept.damaged:
        yield _wrong(
            "summaries", f"the summary of {key.day} (version {key.version}, {key.route}) cannot be read",
            "it is counted again from the log by the next look for drift", "classward drift",
        )  # fmt: skip
    again = [b for b in kept.buckets if b.why == "its summary could not be read"]
    if again:
        days = ", ".join(str(b.key.day) for b in again[:5])
        yield _note("summaries", "days were counted again since their summary was damaged", days, "look at the disk")


def _labels(state: Status) -> Iterator[Diagnosis]:
    window = state.window
    if not window.n_predictions:
        yield _missing("answers", "nothing was answered in the window", "figures need answers", "send requests")
        return
    if not window.n_labelled:
        because = f"{window.n_predictions:,} answers in the window and not one label"
        yield _missing("labels", "no figure can be observed", because, "classward label import, or POST /labels")
    elif state.lag is not None and state.lag.n_due and state.lag.n_overdue > 0.3 * state.lag.n_due:
        because = (
            f"of {state.lag.n_due:,} answers older than nine of ten labels took, {state.lag.n_overdue:,} have none"
        )
        yield _missing(
            "labels", "labels are missing rather than late", because, "ask whoever labels, or sample with weights"
        )
    odd = (
        ("of unknown answers", state.n_unknown, "ids do not match those of the answers"),
        ("set aside", state.n_quarantined, "they could not be accepted"),
        ("dated before their answer", state.n_negative_delay, "a clock is wrong, or labels were known before"),
    )
    for what, n, why in odd:
        if n:
            yield _note("labels", f"{n:,} labels are {what}", why, "see docs/records.md")


def _promises(ctx: Context, state: Status) -> Iterator[Diagnosis]:
    if not any(c.slos for c in state.classes):
        yield _note(
            "promises", "no class is critical or sensitive, so no page about quality can be raised",
            "promises are made per class", "name them under [classes] in the task file",
        )  # fmt: skip
    days = ctx.task.window_days
    for one in state.classes:
        for slo in one.slos:
            if slo.state != "not enough evidence":
                continue
            kind = "rows" if slo.indicator == "recall" else "answers"
            about = f"{slo.indicator} of {one.class_name}"
            a_day = (one.n_labelled if slo.indicator == "recall" else one.precision.n) / days
            if not slo.evidence.n:
                yield _missing(
                    about, f"no labelled {kind} of {one.class_name!r}", "nothing to judge", _more(one.class_name)
                )
            elif slo.n_more is not None:
                when = f", about {slo.n_more / a_day:,.0f} days at the present pace" if a_day else ""
                because = f"{slo.evidence.n:,} labels so far; about {slo.n_more:,} more would decide{when}"
                yield _missing(about, f"no verdict on ≥ {slo.target:g}", because, _more(one.class_name))
            else:
                because = f"{slo.evidence.n:,} labels lie too close to the promise, or do not count alike"
                yield _missing(about, f"no verdict on ≥ {slo.target:g}", because, "wait, or move the promise")


def _more(name: str) -> str:
    return f"label more rows that are answered {name!r} or nearly so, with their weights"


def _bias(ctx: Context, now: datetime) -> Iterator[Diagnosis]:
    read = ("id", "at", "version", "route", "kind", "label")
    since = now - timedelta(days=max(ctx.task.window_days, ctx.task.label_wait_days))
    chance = delay_of_wrong(resolved_online(ctx, read, since=since, now=now).outcomes)
    if chance.value is None or chance.interval is None:
        return
    if chance.interval.low > 0.5 + _WORTH_TELLING or chance.interval.high < 0.5 - _WORTH_TELLING:
        later = "later" if chance.value > 0.5 else "sooner"
        flatter = "better" if chance.value > 0.5 else "worse"
        yield _wrong(
            "labels", f"labels of wrong answers come {later} than those of right ones",
            f"in {chance.value:.0%} of pairs (n = {chance.n:,}); the latest days look {flatter} than they are, and the "
            "stated chance of a false page does not hold",
            "judge days whose labels have all come, or have rows labelled in the order they were answered",
        )  # fmt: skip


def _rules(ctx: Context, now: datetime) -> Iterator[Diagnosis]:
    for budget in budgets(ctx, now=now):
        for state in budget.rules:
            if state.state == "unreachable":
                about = f"{budget.indicator} of {budget.class_name}" if budget.class_name else budget.indicator
                what = f"the rule {state.rule.name!r} can never fire and is left out"
                yield _note(about, what, f"it {state.rule.why}", "shorten slo.window, or promise more")


def _drift(ctx: Context, state: Status, now: datetime) -> Iterator[Diagnosis]:
    seen = drift_now(ctx, now=now)
    if seen.reference is None:
        yield _missing("drift", "there is nothing to compare days with", "the training rows are gone", "train again")
        return
    if seen.reference.left_out:
        names = ", ".join(seen.reference.left_out)
        yield _note(
            "drift", f"not watched: {names}", "their values are not logged", 'log = "keep" in [features], or accept it'
        )
    if seen.reference.answers is None or not seen.reference.answers.bins:
        yield _note("drift", "calibration is not compared", "the report is of an earlier release", "train again")
    counted = [s.n for s in seen.signals if s.family == "missing"]  # of a day held against the first, there may be none
    if state.window.n_predictions and seen.n_days and not any(counted):
        because = "answers were counted, but none with the values it was given"
        yield _wrong("drift", "no column is watched", because, "raise CLASSWARD_PAYLOAD_SHARE")


def _alerts(state: Status) -> Iterator[Diagnosis]:
    for alert in state.alerts:
        because = alert.said or f"{alert.n_hits} of {alert.n} labels right, promised {alert.promised:.2f}"
        about = f"{alert.family} of {alert.subject or alert.class_name}"
        what = f"a {alert.severity} is {alert.state} since {alert.raised_at:%Y-%m-%d %H:%M} UTC"
        yield _note(
            about,
            what,
            f"{because}; chance of a false one {alert.alpha:.2g} a year",
            f"classward alerts ack {alert.id}",
        )
