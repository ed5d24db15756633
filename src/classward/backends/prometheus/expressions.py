"""What is asked of the server's metrics: selectors, and the events of a promise within a span."""

from __future__ import annotations

import json
from datetime import timedelta

from classward.domain import SLO

__all__ = ["ASKED", "OF_A_CLASS", "allowed", "bad_events", "events", "labels_of", "selector", "span", "text"]

OF_A_CLASS = ("recall", "precision")
_LATENCY_SHARE = 0.95
ASKED = "predict|v2_infer|grpc_ModelInfer"
_FAILED = "5..|INTERNAL|UNAVAILABLE|DEADLINE_EXCEEDED"


def text(value: str) -> str:
    """A string as PromQL writes it."""
    return json.dumps(value, ensure_ascii=False)


def selector(metric: str, **labels: str) -> str:
    """A metric and the values of its labels; a value that begins with ``~`` is an expression. ``class_`` is ``class``."""
    parts = []
    for name, value in labels.items():
        sign, wanted = ("=~", value[1:]) if value.startswith("~") and name != "class_" else ("=", value)
        parts.append(f"{name.rstrip('_')}{sign}{text(wanted)}")
    return f"{metric}{{{', '.join(parts)}}}"


def span(days: float) -> str:
    """A span of time as Prometheus writes it.

    >>> span(1 / 24), span(0.25 / 12), span(1.0)
    ('1h', '30m', '1d')
    """
    seconds = round(timedelta(days=days).total_seconds())
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def labels_of(slo: SLO) -> dict[str, str]:
    """Labels that tell one promise from another."""
    return {"indicator": slo.indicator} | ({"class": slo.class_name} if slo.class_name is not None else {})


def allowed(slo: SLO) -> float:
    """The share of events that may go wrong."""
    return 1.0 - (_LATENCY_SHARE if slo.indicator == "latency_p95_ms" else slo.target)


def events(slo: SLO, task: str, within: str) -> str:
    """How many events counted for a promise.

    Labels come from the workspace and are the same whichever server is asked, so servers are not added up; requests are
    each server's own, and are.
    """
    if slo.indicator in OF_A_CLASS:
        return _of_a_class("classward_promise_labels_total", slo, task, within)
    metric = "classward_request_seconds_count" if slo.indicator == "latency_p95_ms" else "classward_requests_total"
    return f"sum by (task) (increase({selector(metric, task=task, endpoint=f'~{ASKED}')}[{within}]))"


def bad_events(slo: SLO, task: str, within: str) -> str:
    """How many of them went wrong; nothing only where there are no events."""
    if slo.indicator in OF_A_CLASS:
        return _of_a_class("classward_promise_wrong_total", slo, task, within)
    asked = {"task": task, "endpoint": f"~{ASKED}"}
    if slo.indicator == "latency_p95_ms":
        fast = selector("classward_request_seconds_bucket", **asked, le=repr(slo.target / 1000.0))
        return f"{events(slo, task, within)}\n- sum by (task) (increase({fast}[{within}]))"
    failed = selector("classward_requests_total", **asked, status=f"~{_FAILED}")
    return f"sum by (task) (increase({failed}[{within}]))\nor 0 * {events(slo, task, within)}"


def _of_a_class(metric: str, slo: SLO, task: str, within: str) -> str:
    own = selector(metric, task=task, indicator=slo.indicator, class_=slo.class_name or "")
    return f"max by (task, version) (increase({own}[{within}]))"
