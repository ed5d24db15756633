"""A dashboard for Grafana, on what the server exports and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from classward.backends.prometheus.expressions import ASKED, allowed, bad_events, events, selector
from classward.backends.prometheus.rules import about
from classward.domain import SLO, ExportedFile, ExportedFiles, Task

__all__ = ["grafana_files"]

_WIDTH, _HEIGHT = 24, 8
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WITHIN = "$__rate_interval"


@dataclass(frozen=True, slots=True)
class _Panel:
    """One panel; ``targets`` are pairs of expression and legend, ``limit`` is drawn as a line."""

    kind: str
    title: str
    targets: tuple[tuple[str, str], ...]
    unit: str = "short"
    width: int = _WIDTH // 2
    limit: float | None = None

    def plain(self, number: int, at: tuple[int, int, int, int]) -> dict[str, object]:
        """The panel as Grafana reads it, at a place (x, y, width, height)."""
        steps: list[dict[str, object]] = [{"color": "green", "value": None}]
        if self.limit is not None:
            steps.append({"color": "red", "value": self.limit})
        line = {"thresholdsStyle": {"mode": "line" if self.limit is not None else "off"}}
        defaults = {"unit": self.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
        if self.kind == "timeseries":
            defaults["custom"] = line
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "datasource": _SOURCE,
            "gridPos": dict(zip("xywh", at, strict=True)),
            "fieldConfig": {"defaults": defaults, "overrides": []},
            "targets": [
                {"refId": f"R{i}", "datasource": _SOURCE, "expr": expression, "legendFormat": said}
                for i, (expression, said) in enumerate(self.targets)
            ],
        }


def grafana_files(task: Task) -> ExportedFiles:
    """One dashboard as JSON, to be imported or provisioned; the data source is chosen in it."""
    board = {
        "uid": "classward-" + hashlib.sha256(task.name.encode()).hexdigest()[:12],
        "title": f"Classward: {task.name}",
        "tags": ["classward"],
        "schemaVersion": 38,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": _panels(task),
    }
    text = json.dumps(board, indent=2, ensure_ascii=False) + "\n"
    return ExportedFiles(files=(ExportedFile(name="classward.dashboard.json", text=text),))


def _panels(task: Task) -> list[dict[str, object]]:
    """Rows from left to right, top down."""
    made: list[dict[str, object]] = []
    x = y = 0
    for panel in (*_glances(task), *_curves(task)):
        height = _HEIGHT // 2 if panel.kind == "stat" else _HEIGHT
        made.append(panel.plain(len(made) + 1, (x, y, panel.width, height)))
        x += panel.width
        if x >= _WIDTH:
            x, y = 0, y + height
    return made


def _glances(task: Task) -> tuple[_Panel, ...]:
    """Single figures: is anything wrong right now."""
    found, info, skew, last = (
        selector(f"classward_{name}", task=task.name)
        for name in ("alerts_open", "version_info", "version_skew", "watch_round_timestamp_seconds")
    )
    alerts = f"sum by (severity) (max by (version, severity, kind, class) ({found}))"
    return (
        _Panel("stat", "Alerts open", ((alerts, "{{severity}}"),), width=6),
        _Panel("stat", "Live version", ((f"sum by (version) ({info}) > 0", "v{{version}}"),), width=6),
        _Panel("stat", "Workers with another version", ((f"sum({skew})", ""),), width=6, limit=1.0),
        _Panel(
            "stat", "Since the last round of watching", ((f"time() - max({last})", ""),), unit="s", width=6, limit=120.0
        ),
    )


def _curves(task: Task) -> tuple[_Panel, ...]:
    """Promises first, then answers, time, requests, labels and load."""

    def own(name: str) -> str:
        return selector(f"classward_{name}", task=task.name)

    def rate(name: str, by: str) -> str:
        return f"sum by ({by}) (rate({own(name)}[{_WITHIN}]))"

    burns = tuple((_burn(slo, task), about(slo) + (" v{{version}}" if slo.class_name else "")) for slo in task.slos)
    each = "version, indicator, class"
    wrong = f"max by ({each}) ({own('promise_wrong_total')}) / max by ({each}) ({own('promise_labels_total')})"
    seconds = selector("classward_request_seconds_bucket", task=task.name, endpoint=f"~{ASKED}")
    times = tuple(
        (f"histogram_quantile({q}, sum by (le) (rate({seconds}[{_WITHIN}])))", f"p{q * 100:g}")
        for q in (0.5, 0.95, 0.99)
    )
    promised = [s.target / 1000.0 for s in task.slos if s.indicator == "latency_p95_ms"]
    lost = tuple(
        (f"sum(increase({own(name)}[{_WITHIN}]))", said)
        for name, said in (
            ("records_lost_total", "records lost"), ("unlogged_total", "rows without a record"),
            ("degraded_total", "rows with a repaired value"), ("poll_errors_total", "failed looks"),
            ("worker_starts_total", "workers started"),
        )
    )  # fmt: skip
    load = (
        (f"sum({own('requests_running')})", "requests under way"), (f"max({own('lag_seconds')})", "seconds late"),
        (f"max({own('cold_start_seconds')})", "seconds to start"),
    )  # fmt: skip
    alerts = f"max by (version, severity, kind, class) ({own('alerts_open')})"
    answers, requests = rate("predictions_total", "class, route"), rate("requests_total", "endpoint, status")
    return (
        _Panel("timeseries", "Burn rate over an hour (1 uses the budget up exactly)", burns, limit=1.0),
        _Panel("timeseries", "Open alerts by class", ((alerts, "{{severity}}: {{kind}} {{class}} v{{version}}"),)),
        _Panel("timeseries", "Answers by class", ((answers, "{{class}} ({{route}})"),), unit="ops"),
        _Panel("timeseries", "Labels that show a mistake, since the version went live",
              ((wrong, "{{indicator}} {{class}} v{{version}}"),), unit="percentunit"),
        _Panel("timeseries", "Time to answer", times, unit="s", limit=promised[0] if promised else None),
        _Panel("timeseries", "Requests", ((requests, "{{endpoint}} {{status}}"),), unit="reqps"),
        _Panel("timeseries", "Labels received", ((rate("labels_total", "state"), "{{state}}"),), width=8),
        _Panel("timeseries", "What went wrong beside", lost, width=8),
        _Panel("timeseries", "Load", load, width=8),
    )  # fmt: skip


def _burn(slo: SLO, task: Task) -> str:
    n, bad = events(slo, task.name, "1h"), bad_events(slo, task.name, "1h")
    return f"({bad}) / ({n} > 0) / {round(allowed(slo), 12)!r}"
