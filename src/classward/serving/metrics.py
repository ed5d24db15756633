"""What Prometheus may ask, adding up over workers, with bounded cardinality."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import prometheus_client as prom
from prometheus_client import multiprocess, values

from classward.domain import Watched
from classward.flows.label import LabelReceipt
from classward.flows.predict import Answer, LoadedVersion
from classward.serving.tallies import Tallies, Times
from classward.serving.watched_metrics import WatchedMetrics

__all__ = ["MAX_CLASSES", "Metrics"]

MAX_CLASSES = 200
"""Classes that get their own counter, in label-space order; the rest is counted under a name that no class has."""

_REST = "(other)"

_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_KNOWN_STATUSES = (200, 500, 503)


class Metrics:
    """The metrics of one task in one process.

    With ``PROMETHEUS_MULTIPROC_DIR`` in the environment when this module is first imported, every worker writes to
    files in that folder and any worker answers for all.

    Requests and answers are counted here first and told to Prometheus by :meth:`flush`: whoever counts does so on the
    event loop alone, and flushes there many times a second and before it reads or stops.

    ``promised_s`` are times within which answers are promised: each becomes a bound of the histogram, so that what it counts
    below is exactly what keeps the promise.
    """

    def __init__(self, task: str, *, per_class: bool = True, promised_s: tuple[float, ...] = ()) -> None:
        self._task, self._per_class = task, per_class
        self._bounds_s = tuple(sorted({*_BUCKETS_S, *promised_s}))
        self._is_shared = bool(values.ValueClass._multiprocess)
        self._registry = registry = prom.CollectorRegistry()
        self._predictions = prom.Counter(
            "classward_predictions", "Rows answered", ["task", "version", "class", "route"], registry=registry
        )
        self._requests = prom.Counter(
            "classward_requests", "Requests by answer", ["task", "endpoint", "status"], registry=registry
        )
        self._seconds = prom.Histogram(
            "classward_request_seconds",
            "Time from request to answer",
            ["task", "endpoint"],
            buckets=self._bounds_s,
            registry=registry,
        )
        self._version = prom.Gauge(
            "classward_version_info",
            "Live workers that answer with a version",
            ["task", "version", "bundle_hash"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._labels = prom.Counter(
            "classward_labels", "Labels received, by what became of them", ["task", "state"], registry=registry
        )
        self._running = self._gauge("classward_requests_running", "Requests under way", "livesum")
        self._lag = self._gauge("classward_lag_seconds", "How late answers are begun", "livemax")
        self._lost = self._one("classward_records_lost", "Records that could not be written")
        self._unlogged = self._one("classward_unlogged", "Rows answered without a record")
        self._degraded = self._one("classward_degraded", "Rows answered with a repaired value")
        self._poll_errors = self._one("classward_poll_errors", "Failed looks at the journal or loads of a version")
        self._skew = prom.Gauge(
            "classward_version_skew", "Live workers that do not answer with the intended version", ["task"],
            registry=registry, multiprocess_mode="livesum",
        ).labels(task)  # fmt: skip
        self._cold = prom.Gauge(
            "classward_cold_start_seconds", "Longest time of a live worker from its start to its first version",
            ["task"], registry=registry, multiprocess_mode="livemax",
        ).labels(task)  # fmt: skip
        self._cached = self._one("classward_cache_hits", "Rows answered without asking the model again")
        self._starts = self._one("classward_worker_starts", "Workers started")
        self._n_lost = self._n_cached = 0
        self._children: dict[object, tuple[Times, Any, Any]] = {}
        self._tallies = Tallies()
        self._known: dict[object, dict[str, Any]] = {}
        self._classes: dict[str, Any] = {}
        self._classes_of: object = None
        self._loaded: Any = None
        for status in _KNOWN_STATUSES:  # there from the start: of a counter that appears, the first events are not seen
            self._requests.labels(task, "predict", status)

    def _one(self, name: str, text: str) -> Any:
        return prom.Counter(name, text, ["task"], registry=self._registry).labels(self._task)

    def _gauge(self, name: str, text: str, mode: Literal["livesum", "livemax"]) -> Any:
        gauge = prom.Gauge(name, text, ["task"], registry=self._registry, multiprocess_mode=mode)
        return gauge.labels(self._task)

    def load(self, n_running: int, lag_s: float) -> None:
        """Say how much this worker has to do: what an autoscaler follows."""
        self._running.set(n_running)
        self._lag.set(lag_s)
        self.flush()

    def flush(self) -> None:
        """Tell Prometheus what was counted meanwhile."""
        self._tallies.tell()
        for times, requests, seconds in self._children.values():
            if times.n:
                times.tell(requests, seconds)

    def request(self, endpoint: str, status: int | str, seconds: float) -> None:
        """Count one request and its time; ``status`` is HTTP's number, or gRPC's word."""
        key = (endpoint, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = (
                Times(self._bounds_s),
                self._requests.labels(self._task, endpoint, status),
                self._seconds.labels(self._task, endpoint),
            )
        child[0].add(seconds)

    def answered(self, answer: Answer, route: str) -> None:
        """Count answered rows by predicted class, and those that were not logged."""
        owner = (answer.version, route, answer.label_space_hash)
        if self._classes_of != owner and owner in self._known:
            self._classes, self._classes_of = self._known[owner], owner  # a canary: two versions in turn
        elif self._classes_of != owner:
            own = answer.class_names[:MAX_CLASSES] if self._per_class else ()
            self._classes = {n: self._predictions.labels(self._task, answer.version, n, route) for n in own}
            if len(own) < len(answer.class_names):
                rest = _free_name(_REST, answer.class_names) if self._per_class else "all"
                other = self._predictions.labels(self._task, answer.version, rest, route)
                self._classes = dict.fromkeys(answer.class_names, other) | self._classes
            self._known[owner], self._classes_of = self._classes, owner
        n_unlogged = n_degraded = 0
        if len(answer.predictions) == 1:
            row = answer.predictions[0]
            self._tallies.add(self._answers(row.label, owner))
            n_unlogged, n_degraded = "unlogged" in row.flags, "degraded" in row.flags
        else:
            counts: dict[str, int] = {}
            for row in answer.predictions:
                counts[row.label] = counts.get(row.label, 0) + 1
                n_unlogged += "unlogged" in row.flags
                n_degraded += "degraded" in row.flags
            for label, n in counts.items():
                self._tallies.add(self._answers(label, owner), n)
        if n_unlogged:
            self._unlogged.inc(n_unlogged)
        if n_degraded:
            self._degraded.inc(n_degraded)

    def _answers(self, label: str, owner: tuple[int, str, str]) -> Any:
        """The counter of a class; rows left to a person have one of their own, made when there is one."""
        child = self._classes.get(label)
        if child is None:
            name = label if self._per_class else "all"
            child = self._classes[label] = self._predictions.labels(self._task, owner[0], name, owner[1])
        return child

    def labelled(self, receipt: LabelReceipt) -> None:
        """Count received labels by what became of them."""
        for state in ("accepted", "duplicate", "quarantined"):
            n = receipt.count(state)
            if n:
                self._labels.labels(self._task, state).inc(n)

    def loaded(self, version: LoadedVersion | None) -> None:
        """Say which version this worker answers with."""
        if self._loaded is not None:
            self._loaded.set(0)
        self._loaded = None
        if version is not None:
            self._loaded = self._version.labels(self._task, version.version, version.bundle_hash)
            self._loaded.set(1)

    def started(self) -> None:
        """Count one start of a worker."""
        self._starts.inc()

    def ready_after(self, seconds: float) -> None:
        """Say how long the process took until it could answer."""
        self._cold.set(seconds)

    def skewed(self, is_skewed: bool) -> None:
        """Say whether this worker answers with something else than what the journal intends."""
        self._skew.set(float(is_skewed))

    def lost(self, n_lost: int) -> None:
        """Follow the writer's own count of lost records."""
        if n_lost > self._n_lost:
            self._lost.inc(n_lost - self._n_lost)
            self._n_lost = n_lost

    def remembered(self, n_found: int) -> None:
        """Follow the cache's own count of rows that it knew."""
        if n_found > self._n_cached:
            self._cached.inc(n_found - self._n_cached)
            self._n_cached = n_found

    def poll_failed(self) -> None:
        """Count one failed look at the journal, or one failed load."""
        self._poll_errors.inc()

    def render(self, watched: Watched | None = None) -> bytes:
        """Give the text form as of the last flush, over all workers when they share a folder; dead ones are not live.

        ``watched`` is what watching found; without it those families are left out.
        """
        if self._is_shared:
            folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
            for file in folder.glob("gauge_live*_*.db"):
                pid = file.stem.rpartition("_")[2]
                if pid.isdigit() and not _is_alive(int(pid)):
                    file.unlink(missing_ok=True)
            registry = prom.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library says nothing of types
            text = prom.generate_latest(registry)
        else:
            text = prom.generate_latest(self._registry)
        if watched is not None:
            beside = prom.CollectorRegistry()
            beside.register(WatchedMetrics(self._task, watched))
            text += prom.generate_latest(beside)
        return bytes(text)


def _free_name(name: str, taken: tuple[str, ...]) -> str:
    """The name, in as many brackets more as it takes to be none of those taken."""
    while name in taken:
        name = f"({name})"
    return name


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
