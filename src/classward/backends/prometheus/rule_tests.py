"""What ``promtool test rules`` is to find: silence while all is well, every alert while all is wrong, silence after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from classward.backends.prometheus.expressions import OF_A_CLASS, labels_of, selector
from classward.backends.prometheus.rules import AlertRule, alert_rules, burn_alerts
from classward.domain import Task

__all__ = ["rule_tests"]

_MINUTES = 1560
"""Two hours more than the longest span that a rule looks at."""
_STEP = 2
_STEPS = _MINUTES // _STEP
_EACH = 1200
_VERSION = "1"
_Fires = tuple[AlertRule, Mapping[str, str]]


def rule_tests(task: Task, *, rules_name: str) -> dict[str, object]:
    """Worlds with a day of traffic, and what must fire at their end."""
    rest = {rule.name: rule for rule in alert_rules(task)}
    burning = [(rule, labels_of(slo) | _version(slo.indicator)) for slo in task.slos for rule in burn_alerts(slo, task)]
    quality = next((s for s in task.slos if s.indicator in OF_A_CLASS), None)
    broken = (rest["ClasswardPromiseBroken"], {
        "version": _VERSION, "kind": quality.indicator if quality else "recall",
        "class": (quality.class_name or "") if quality else "x",
    })  # fmt: skip
    lost: list[_Fires] = [
        (rest[name], {}) for name in ("ClasswardRecordsLost", "ClasswardUnlogged", "ClasswardVersionSkew")
    ]
    watching: _Fires = (rest["ClasswardWatching"], {})
    well = _world("all is well", task, rules_name, _series(task, bad="0x", found=None), [watching])
    wrong = _world(
        "all is wrong", task, rules_name, _series(task, bad=f"{_EACH}x", found=broken[1]),
        [*burning, broken, *lost, watching],
    )  # fmt: skip
    over = _world("it is over", task, rules_name, _series(task, bad="until", found=None), [watching])
    stopped = selector("classward_watch_round_timestamp_seconds", task=task.name)
    dead = _world(
        "nobody is there", task, rules_name, [{"series": stopped, "values": f"0+0x{_STEPS}"}],
        [(rest["ClasswardDown"], {}), (rest["ClasswardWatchStopped"], {})],
    )  # fmt: skip
    return {"rule_files": [rules_name], "evaluation_interval": "20m", "tests": [well, wrong, over, dead]}


def _version(indicator: str) -> dict[str, str]:
    return {"version": _VERSION} if indicator in OF_A_CLASS else {}


def _world(
    name: str, task: Task, rules_name: str, series: list[dict[str, object]],
    fires: Iterable[_Fires],
) -> dict[str, object]:  # fmt: skip
    """All alerts of all rules are asked for, so that what must not fire is told, too."""
    expected: dict[str, list[dict[str, object]]] = {}
    for slo in task.slos:
        expected |= {rule.name: [] for rule in burn_alerts(slo, task)}
    expected |= {rule.name: [] for rule in alert_rules(task)}
    for rule, found in fires:
        labels = {"task": task.name} | dict(found) | dict(rule.labels)
        said = {key: _filled(value, labels) for key, value in rule.annotations}
        expected[rule.name].append({"exp_labels": labels, "exp_annotations": said})
    return {
        "name": name, "interval": f"{_STEP}m", "input_series": series,
        "alert_rule_test": [
            {"eval_time": f"{_MINUTES}m", "alertname": called} | ({"exp_alerts": alerts} if alerts else {})
            for called, alerts in expected.items()
        ],
    }  # fmt: skip


def _filled(said: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), said)


def _series(task: Task, *, bad: str, found: Mapping[str, str] | None) -> list[dict[str, object]]:
    """Counters two minutes apart; ``bad`` is how the wrong ones grow: none, all of them, or all until three hours ago."""
    is_bad = bad not in ("0x", "until")
    all_, own = f"0+{_EACH}x{_STEPS}", {"task": task.name}
    if bad == "until":
        stopped = _STEPS - 90
        wrong = f"0+{_EACH}x{stopped} {_EACH * stopped}+0x90"
        right = f"0+0x{stopped} 0+{_EACH}x90"
    else:
        wrong = f"0+{bad}{_STEPS}"
        right = all_ if bad == "0x" else f"0+0x{_STEPS}"
    asked = own | {"endpoint": "predict"}
    values = [
        (selector("classward_requests_total", **asked, status="200"), right),
        (selector("classward_requests_total", **asked, status="500"), wrong),
        (selector("classward_request_seconds_count", **asked), all_),
        (selector("classward_version_info", **own, version=_VERSION, bundle_hash="0"), f"1+0x{_STEPS}"),
        (selector("classward_version_skew", **own), f"{int(is_bad)}+0x{_STEPS}"),
        (selector("classward_records_lost_total", **own), f"0+{int(is_bad)}x{_STEPS}"),
        (selector("classward_unlogged_total", **own), f"0+{int(is_bad)}x{_STEPS}"),
        (selector("classward_watch_round_timestamp_seconds", **own), f"0+{60 * _STEP}x{_STEPS}"),
    ]
    for slo in task.slos:
        if slo.indicator in OF_A_CLASS:
            labels = own | {"version": _VERSION, "indicator": slo.indicator, "class_": slo.class_name or ""}
            values.append((selector("classward_promise_labels_total", **labels), all_))
            values.append((selector("classward_promise_wrong_total", **labels), wrong))
        elif slo.indicator == "latency_p95_ms":
            fast = selector("classward_request_seconds_bucket", **asked, le=repr(slo.target / 1000.0))
            values.append((fast, right))
    if found is not None:
        open_ = selector("classward_alerts_open", **own, version=found["version"], severity="page",
                         kind=found["kind"], class_=found["class"])  # fmt: skip
        values.append((open_, f"1+0x{_STEPS}"))
    return [{"series": series, "values": given} for series, given in values]
