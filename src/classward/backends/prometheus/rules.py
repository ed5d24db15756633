"""Promises as recording rules and alerts on burn rates; beside them, alerts on what watching found and on itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classward.backends.prometheus.expressions import (
    OF_A_CLASS,
    allowed,
    bad_events,
    events,
    labels_of,
    selector,
    span,
    text,
)
from classward.domain import SLO, BurnRule, Task
from classward.lifecycle.monitor.burn_rules import QUALITY_RULES, REQUEST_RULES, burn_rules

__all__ = ["FEWEST_EVENTS", "AlertRule", "about", "alert_rules", "burn_alerts", "left_out", "rule_file", "rules_of"]

FEWEST_EVENTS = 20
_Z = 1.96
_PAGED_SHARE = 0.05
_RUNBOOKS = {"burn": "classward slo", "found": "classward alerts; classward doctor", "process": "classward status"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """An alert; ``wait`` is how long it must hold, ``labels`` and ``annotations`` are pairs of name and text."""

    name: str
    expression: str
    wait: str
    labels: tuple[tuple[str, str], ...]
    annotations: tuple[tuple[str, str], ...]


def rules_of(slo: SLO, task: Task) -> tuple[BurnRule, ...]:
    """Limits on the speed of a promise, those that could never be broken included."""
    kinds = QUALITY_RULES if slo.indicator in OF_A_CLASS else REQUEST_RULES
    return burn_rules(1.0 - allowed(slo), task.window_days, kinds)


def about(slo: SLO) -> str:
    """A promise in words."""
    if slo.indicator == "latency_p95_ms":
        return f"95 % within {slo.target:g} ms"
    named = slo.indicator if slo.class_name is None else f"{slo.indicator} of {slo.class_name}"
    return f"{named} ≥ {slo.target:g}"


def left_out(task: Task) -> tuple[str, ...]:
    """Limits that could never be broken, and why: they are not written, since silence would look like all is well."""
    return tuple(
        f"{about(slo)}: the rule {rule.name!r} is left out: it {rule.why}"
        for slo in task.slos for rule in rules_of(slo, task) if not rule.is_reachable
    )  # fmt: skip


def rule_file(task: Task) -> dict[str, object]:
    """Groups of rules: one per promise, which records before it alerts, and one about everything else."""
    groups = [
        {"name": f"classward {task.name}: {about(slo)}", "rules": [*_recorded(slo, task), *_plain(burn_alerts(slo, task))]}
        for slo in task.slos
    ]  # fmt: skip
    groups.append({"name": f"classward {task.name}: the rest", "rules": _plain(alert_rules(task))})
    return {"groups": groups}


def _recorded(slo: SLO, task: Task) -> list[dict[str, object]]:
    """Events, those gone wrong, the burn rate and its lower end (Wilson, 95 %) for each span that a rule looks at."""
    days = sorted({d for rule in rules_of(slo, task) if rule.is_reachable for d in (rule.short_days, rule.long_days)})
    labels, share = labels_of(slo), repr(round(allowed(slo), 12))
    found: list[dict[str, object]] = []
    for within in map(span, days):
        n, bad = (_series(what, within, slo, task) for what in ("events", "bad"))
        p = f"clamp_max({bad} / ({n} >= {FEWEST_EVENTS}), 1)"
        low = (
            f"clamp_min(({p} + {_Z**2 / 2:.4f} / {n}\n"
            f"  - {_Z} * sqrt({p} * (1 - {p}) / {n} + {_Z**2 / 4:.4f} / {n} ^ 2))\n"
            f"  / (1 + {_Z**2:.4f} / {n}), 0) / {share}"
        )
        for what, expression in (
            ("events", events(slo, task.name, within)), ("bad", bad_events(slo, task.name, within)),
            ("burn", f"{bad} / ({n} > 0) / {share}"), ("burn_low", low),
        ):  # fmt: skip
            found.append({"record": _name(what, within), "expr": expression, "labels": labels})
    return found


def burn_alerts(slo: SLO, task: Task) -> tuple[AlertRule, ...]:
    """Alerts on a budget that goes too fast, over a long span and still so over a short one.

    Requests page as the Site Reliability Workbook has it. Recall and precision open tickets: their pages are those of
    watching, whose yearly chance of a false alarm is known.
    """
    made = []
    for rule in rules_of(slo, task):
        if not rule.is_reachable:
            continue
        spans = [span(days) for days in (rule.long_days, rule.short_days)]
        over = [f"{_series('burn_low', within, slo, task)} > {rule.factor:.6g}" for within in spans]
        is_page = slo.indicator not in OF_A_CLASS and rule.budget_share <= _PAGED_SHARE
        made.append(
            _alert(
                "ClasswardBudgetBurns", f"{over[0]}\nand {over[1]}", severity="page" if is_page else "ticket", wait="",
                summary=f"{task.name}: {about(slo)}: more than {rule.name}", runbook=_RUNBOOKS["burn"],
                more=labels_of(slo) | {"rule": rule.name, "window": spans[0]},
            )
        )  # fmt: skip
    return tuple(made)


def alert_rules(task: Task) -> tuple[AlertRule, ...]:
    """Alerts on what watching found, on servers, on records, and on watching itself."""
    name, own = task.name, {"task": task.name}
    last = f"max by (task) ({selector('classward_watch_round_timestamp_seconds', **own)})"

    def open_(severity: str) -> str:
        found = selector("classward_alerts_open", **own, severity=severity)
        return f"max by (task, version, severity, kind, class) ({found}) > 0"

    def more(metric: str) -> str:
        return f"sum by (task) (increase({selector(metric, **own)}[1h])) > 0"

    def made(
        called: str, expression: str, severity: str, wait: str, summary: str, *, runbook: str, **more: str
    ) -> AlertRule:
        return _alert(
            called, expression, severity=severity, wait=wait, summary=f"{name}: {summary}", runbook=_RUNBOOKS[runbook],
            more=more,
        )  # fmt: skip

    promise = "{{ $labels.kind }} of {{ $labels.class }}, version {{ $labels.version }}: labels show the promise broken"
    return (
        made("ClasswardPromiseBroken", open_("page"), "page", "", promise, runbook="found"),
        made("ClasswardChanged", open_("ticket"), "ticket", "", "{{ $labels.kind }}, version {{ $labels.version }}: "
             "something moved away from its reference", runbook="found"),
        made("ClasswardDown", f"absent({selector('classward_version_info', **own)} > 0)", "page", "2m",
             "no worker answers with any version", runbook="process", task=name),
        made("ClasswardVersionSkew", f"sum by (task) ({selector('classward_version_skew', **own)}) > 0", "ticket", "5m",
             "workers do not answer with the intended version", runbook="process"),
        made("ClasswardRecordsLost", more("classward_records_lost_total"), "ticket", "",
             "answers or labels could not be written", runbook="process"),
        made("ClasswardUnlogged", more("classward_unlogged_total"), "ticket", "", "rows were answered without a record",
             runbook="process"),
        made("ClasswardWatchStopped", f"time() - {last} > 120", "page", "2m",
             "no round of watching for two minutes: broken promises would not be seen", runbook="process"),
        made("ClasswardWatching", f"time() - {last} <= 120", "none", "",
             "watching goes on; that this is missing is the alarm", runbook="process"),
    )  # fmt: skip


def _alert(
    name: str, expression: str, *, severity: str, wait: str, summary: str, runbook: str, more: Mapping[str, str]
) -> AlertRule:
    return AlertRule(
        name=name, expression=expression, wait=wait, labels=(("severity", severity), *more.items()),
        annotations=(("summary", summary), ("runbook", runbook)),
    )  # fmt: skip


def _plain(rules: Sequence[AlertRule]) -> list[dict[str, object]]:
    return [
        {"alert": r.name, "expr": r.expression} | ({"for": r.wait} if r.wait else {})
        | {"labels": dict(r.labels), "annotations": dict(r.annotations)}
        for r in rules
    ]  # fmt: skip


def _name(what: str, within: str) -> str:
    kind = "increase" if what in ("events", "bad") else "ratio"
    return f"classward:promise_{what}:{kind}_{within}"


def _series(what: str, within: str, slo: SLO, task: Task) -> str:
    wanted = ", ".join(f"{k}={text(v)}" for k, v in ({"task": task.name} | labels_of(slo)).items())
    return f"{_name(what, within)}{{{wanted}}}"
