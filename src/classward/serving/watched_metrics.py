"""What watching found, as Prometheus reads it: the same whichever worker is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from classward.domain import Watched

__all__ = ["WatchedMetrics"]


class WatchedMetrics(Collector):
    """Counts of promises on classes, open alerts, and the last round of watching.

    They come from the workspace, not from this process: workers are not added up, and neither may servers of one
    workspace be.
    """

    def __init__(self, task: str, watched: Watched) -> None:
        self._task, self._watched = task, watched

    def collect(self) -> Iterator[Metric]:
        """Give each family, with a sample for each promise, kind of alert and so on."""
        promised = ["task", "version", "indicator", "class"]
        labels = CounterMetricFamily(
            "classward_promise_labels", "Labels that counted for a promise on a class", labels=promised
        )
        wrong = CounterMetricFamily("classward_promise_wrong", "Those of them that showed a mistake", labels=promised)
        for count in self._watched.counts:
            values = [self._task, str(count.version), count.indicator, count.class_name]
            labels.add_metric(values, count.n)
            wrong.add_metric(values, count.n_wrong)
        alerts = GaugeMetricFamily(
            "classward_alerts_open", "Alerts that are not resolved",
            labels=["task", "version", "severity", "kind", "class"],
        )  # fmt: skip
        kinds = Counter((str(a.version), a.severity, a.family, a.class_name or "") for a in self._watched.alerts)
        for kind, n in sorted(kinds.items()):
            alerts.add_metric([self._task, *kind], n)
        yield from (labels, wrong, alerts)
        if self._watched.last_round_at is not None:
            last = GaugeMetricFamily(
                "classward_watch_round_timestamp_seconds", "When watching made its last whole round", labels=["task"]
            )
            last.add_metric([self._task], self._watched.last_round_at.timestamp())
            yield last
