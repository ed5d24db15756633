"""What one server process holds: the data plane, the version that answers, and the loop that keeps both current."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from classward.domain import Route, Taxonomy, Watched, failure_counter
from classward.errors import ClasswardError
from classward.flows.predict import Answer, LoadedVersion
from classward.flows.remembered import Remembered
from classward.flows.split import Candidate, SplitPlane
from classward.flows.versions import registry_state
from classward.lifecycle.release import RegistryState
from classward.ports import Heartbeat
from classward.serving.admission import Admission, check_deadline
from classward.serving.body import Patience
from classward.serving.cold_start import age_of_process_s, warm_up
from classward.serving.explaining import Explaining
from classward.serving.logs import say
from classward.serving.metrics import Metrics
from classward.serving.orphan import is_orphan, stop_gracefully
from classward.serving.parts import ServingParts
from classward.serving.room import check_room
from classward.serving.shadowing import Shadowing
from classward.serving.standby import Standby
from classward.serving.timely import TimelyWriter
from classward.settings import Settings

__all__ = ["Worker"]

_BEAT_S = 1.0
_RETRY_LOAD_S = 2.0
_FEEL_S = 0.05

_T = TypeVar("_T")


class Worker:
    """One process's share of the server.

    The version is swapped by one assignment between two requests: a request that began keeps the object it began
    with. Predictions of few rows run on the event loop, which goes on while their records are written; more rows, labels and
    everything that touches the journal run in one thread each.
    """

    def __init__(self, parts: ServingParts) -> None:
        self.parts = parts
        self.writer = TimelyWriter(parts.writer, deadline_s=parts.settings.record_deadline_s)
        promised_s = tuple(s.target / 1000.0 for s in parts.task.slos if s.indicator == "latency_p95_ms")
        self.metrics = Metrics(parts.task.name, per_class=parts.settings.class_metrics, promised_s=promised_s)
        self._remembered = Remembered(parts.settings.cache_rows)
        self.plane = SplitPlane(
            task=parts.task.name,
            clock=parts.clock,
            ids=parts.ids,
            writer=self.writer,
            payload=parts.payload,
            failed=self._candidate_failed,
            remembered=self._remembered if parts.settings.cache_rows else None,
        )
        self.standby = Standby(parts, self.plane)
        self.explaining = Explaining(
            parts.settings,
            parts.clock,
            self.writer,
            private=frozenset(name for name, _ in parts.payload.private),
        )
        self.patience = Patience()
        self.admission = Admission(parts.settings)
        self.shadowing = Shadowing(self.plane, self.writer, self.admission)
        self.is_draining = False
        self.problem = "starting"
        self._control = ThreadPoolExecutor(1, thread_name_prefix="control")
        self._rows = ThreadPoolExecutor(1, thread_name_prefix="rows")
        self._labels = ThreadPoolExecutor(1, thread_name_prefix="labels")
        self._scrapes = ThreadPoolExecutor(1, thread_name_prefix="scrapes")
        self._started_at = parts.clock.now()
        self._state = RegistryState(task=parts.task.name)
        self._noted_seq = 0
        self._is_warm = False
        self._beaten: tuple[object, ...] = ()
        self._next_beat_s = 0.0
        self._retry_load_s = self._retry_candidate_s = 0.0
        self._candidate_before: LoadedVersion | None = None
        self._loops: tuple[asyncio.Task[None], ...] = ()

    @property
    def current(self) -> LoadedVersion | None:
        """The version that answers now."""
        return self.plane.current

    @property
    def known_classes(self) -> tuple[str, ...]:
        """Classes a label may name: every one that was ever declared, live or not."""
        current = self.plane.current
        return tuple(dict.fromkeys((*self._state.known_classes, *(current.class_names if current else ()))))

    @property
    def taxonomy(self) -> Taxonomy:
        """How class names are read, as far as the journal was followed."""
        return self._state.taxonomy

    @property
    def is_ready(self) -> bool:
        """Whether a prediction would be answered, and new connections are welcome."""
        return self.plane.current is not None and not self.is_draining

    async def start(self) -> None:
        """Load what is live and begin to watch the journal; a failure is logged and tried again, never fatal."""
        self.metrics.started()
        await self.look()
        self._loops = (asyncio.create_task(self._poll()), asyncio.create_task(self._feel()))
        current = self.plane.current
        say(
            "worker started",
            process_id=self.parts.process_id,
            task=self.parts.task.name,
            version=current.version if current else None,
            bundle_hash=current.bundle_hash if current else None,
        )

    async def stop(self) -> None:
        """End watching, write what is pending, give up segment and heartbeat."""
        self.is_draining = True
        for loop in self._loops:
            loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loop
        self.metrics.flush()
        await self._in(self._control, self.shadowing.close)
        await self._in(self._control, self.explaining.close)
        await self._in(self._control, self._farewell)
        if self.parts.tracing is not None:
            await self._in(self._control, self.parts.tracing.close)
        for executor in (self._rows, self._labels, self._scrapes, self._control):
            executor.shutdown(wait=True)
        say("worker stopped", process_id=self.parts.process_id, n_lost=self.writer.n_lost)

    async def run_rows(self, work: Callable[[], _T], *, deadline_s: float | None = None) -> _T:
        """Run a large prediction beside the event loop, one at a time; the line before it is short.

        Raises
        ------
        Shed
            CW433 when too many wait already.
        InvalidInput
            CW425 if the deadline passes while it waits; the work is then not begun.
        """

        def begin() -> _T:
            check_deadline(deadline_s, self.parts.clock.monotonic_s())
            return work()

        self.admission.wait_in_line()
        try:
            return await self._in(self._rows, begin)
        finally:
            self.admission.next_in_line()

    async def run_labels(self, work: Callable[[], _T]) -> _T:
        """Run the intake of labels beside the event loop, one batch at a time."""
        return await self._in(self._labels, work)

    async def watched(self) -> Watched | None:
        """What watching has found so far; ``None``, logged and counted, if it cannot be read."""
        try:
            return await self._in(self._scrapes, self.parts.watched)
        except ClasswardError as error:
            self._failed("cannot read what watching found", error)
            return None

    async def _in(self, executor: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(executor, work)

    async def _feel(self) -> None:
        """Measure how late the event loop is: the time a request waits before it is looked at."""
        clock = self.parts.clock
        while True:
            before_s = clock.monotonic_s()
            await asyncio.sleep(_FEEL_S)
            self.admission.lag_s = max(0.0, clock.monotonic_s() - before_s - _FEEL_S)
            self.metrics.remembered(self._remembered.n_found)
            self.metrics.load(self.admission.n_running, self.admission.lag_s)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self.parts.settings.poll_s)
            self.patience.sweep(self.parts.clock.monotonic_s())
            if is_orphan():
                say("supervisor is gone: stopping", level=logging.WARNING, process_id=self.parts.process_id)
                stop_gracefully()
                return
            await self.look()

    async def look(self) -> None:
        """Look at the journal once, follow it and do what is due; a failure is logged, counted and tried again."""
        try:
            await self._in(self._control, self._read_journal)
            self._drop_candidate()
            await self._follow(self._state.live)
            await self._follow_candidate()
            wanted, current = self._state.live, self.plane.current
            self.metrics.skewed((wanted and wanted.bundle_hash) != (current and current.bundle_hash))
            await self._in(self._control, lambda: self.standby.refresh(self._state))
            await self._in(self._control, self._upkeep)
        except Exception as error:  # noqa: BLE001 - process loop: a worker goes on answering with what it has
            self._failed("cannot follow the journal", error)

    def _read_journal(self) -> None:
        head = self.parts.journal.head()
        if head.seq != self._state.last_seq:
            self._state = registry_state(self.parts.journal, self.parts.task.name, known=self._state)
        if head.seq > self._noted_seq:
            self.writer.count(head.mark, head.seq)  # in the record log: a journal cannot show that its end is missing
            self._noted_seq = head.seq

    async def _follow(self, wanted: Route | None) -> None:
        """Make ``wanted`` the version that answers; keep the old one while loading and if loading fails."""
        current = self.plane.current
        if wanted is None:
            self.problem = "no version is live"
            if current is not None:
                self._swap(None)
            return
        if current and (current.version, current.bundle_hash, current.route) == (
            wanted.version, wanted.bundle_hash, wanted.role,
        ):  # fmt: skip
            self.problem = ""
            return
        now_s = self.parts.clock.monotonic_s()
        if now_s < self._retry_load_s:
            return
        try:
            self._swap(await self._in(self._control, lambda: self._load(wanted, current)))
        except Exception as error:  # noqa: BLE001 - process loop: a bundle that cannot be read must not stop the old one
            self._retry_load_s = now_s + _RETRY_LOAD_S
            self._failed(f"cannot load version {wanted.version}", error, version=wanted.version)
        else:
            self.problem, self._retry_load_s = "", 0.0

    def _load(self, wanted: Route, current: LoadedVersion | None) -> LoadedVersion:
        beside = self._candidate_before
        known = next((k for k in (current, beside) if k is not None and k.bundle_hash == wanted.bundle_hash), None)
        is_same = known is not None
        if not is_same:
            limit_bytes = int(self.parts.settings.memory_limit_mb * 1e6)
            check_room(self.parts.bundle_bytes(wanted.bundle_hash), limit_bytes=limit_bytes, version=wanted.version)
        model = known.model if known is not None else self.parts.load_bundle(wanted.bundle_hash)
        facts = known.facts if known is not None else self.parts.load_facts(wanted.bundle_hash)
        loaded = LoadedVersion(
            version=wanted.version,
            bundle_hash=wanted.bundle_hash,
            route=wanted.role,
            model=model,
            repairs=self.parts.task.repairs,
            facts=facts,
        )
        if not is_same:
            warm_up(loaded)
        return loaded

    def _wanted_candidate(self) -> Route | None:
        deployment = self._state.deployment
        return None if deployment is None else deployment.of_role("canary") or deployment.of_role("shadow")

    def _drop_candidate(self) -> None:
        """Take traffic from a candidate that has no route any more, before anything that takes time."""
        wanted, held = self._wanted_candidate(), self.plane.candidate
        self._candidate_before = held.loaded if held else self._candidate_before
        if held is not None and (wanted is None or wanted.bundle_hash != held.loaded.bundle_hash):
            self.plane.candidate = None
            say("candidate dropped", process_id=self.parts.process_id, version=held.loaded.version)

    async def _follow_candidate(self) -> None:
        """Load the candidate of a rollout beside the live version; one that cannot be loaded is told and tried again."""
        wanted, deployment, held = self._wanted_candidate(), self._state.deployment, self.plane.candidate
        if wanted is None or deployment is None:
            self._candidate_before = None
            return
        if held is not None and held.deployment.event_seq == deployment.event_seq:
            return
        now_s = self.parts.clock.monotonic_s()
        if now_s < self._retry_candidate_s:
            return
        try:
            loaded = await self._in(self._control, lambda: self._load(wanted, self.plane.current))
        except Exception as error:  # noqa: BLE001 - process loop: a candidate that cannot be read harms nobody
            self._retry_candidate_s = now_s + _RETRY_LOAD_S
            kind = error.code if isinstance(error, ClasswardError) else type(error).__name__
            self.writer.count(failure_counter(wanted.bundle_hash, f"cannot be loaded: {kind}"))
            say("cannot load a candidate", level=logging.ERROR, trace=error, process_id=self.parts.process_id)
            return
        self.plane.candidate = Candidate(loaded=loaded, deployment=deployment)
        said = {"role": wanted.role, "weight": wanted.weight}
        say("candidate loaded", process_id=self.parts.process_id, version=loaded.version, more=said)

    def _candidate_failed(self, loaded: LoadedVersion, error: Exception) -> None:
        self.writer.count(failure_counter(loaded.bundle_hash, f"on a row: {type(error).__name__}"))

    def shadow(self, answer: Answer, rows: Sequence[Mapping[str, object]]) -> None:
        """Have the other version of a rollout asked the same, beside the answers; returns at once."""
        candidate, current = self.plane.candidate, self.plane.current
        if candidate is not None and current is not None:
            self.shadowing.offer(candidate, current, answer, rows)

    def _swap(self, loaded: LoadedVersion | None) -> None:
        before, self.plane.current = self.plane.current, loaded
        self.metrics.loaded(loaded)
        fields: dict[str, object] = {}
        if loaded is not None and not self._is_warm:
            self._is_warm = True
            fields["cold_start_s"] = round(age_of_process_s(), 3)
            self.metrics.ready_after(age_of_process_s())
        say(
            "version swapped",
            process_id=self.parts.process_id,
            version=loaded.version if loaded else None,
            bundle_hash=loaded.bundle_hash if loaded else None,
            previous=before.version if before else None,
            head_seq=self._state.last_seq,
            more=fields,
        )

    def _upkeep(self) -> None:
        self.writer.tick()
        self.metrics.lost(self.writer.n_lost)
        current = self.plane.current
        said = (
            self._state.last_seq,
            current and current.bundle_hash,
            current and current.version,
            self.writer.n_lost,
        )
        now_s = self.parts.clock.monotonic_s()
        if said == self._beaten and now_s < self._next_beat_s:
            return
        self.parts.heartbeats.beat(
            Heartbeat(
                process_id=self.parts.process_id,
                pid=os.getpid(),
                task=self.parts.task.name,
                bundle_hash=current.bundle_hash if current else "",
                version=current.version if current else 0,
                head_seq=self._state.last_seq,
                n_lost=self.writer.n_lost,
                started_at=self._started_at,
                seen_at=self.parts.clock.now(),
                turned_off=_turned_off(self.parts.settings),
            )
        )
        self._beaten, self._next_beat_s = said, now_s + _BEAT_S

    def _farewell(self) -> None:
        try:
            self.parts.heartbeats.forget(self.parts.process_id)
        except Exception as error:  # noqa: BLE001 - process end: the segment is closed whatever the journal says
            self._failed("cannot take leave", error)
        self.writer.close()

    def _failed(self, what: str, error: Exception, **fields: object) -> None:
        self.metrics.poll_failed()
        # Probes are open to everybody: they say the kind of error, only the log says its text.
        kind = error.code if isinstance(error, ClasswardError) else type(error).__name__
        if self.problem != (problem := f"{what} ({kind})"):
            self.problem = problem
            say(what, level=logging.ERROR, trace=error, process_id=self.parts.process_id, more=fields)


def _turned_off(settings: Settings) -> tuple[str, ...]:
    """What is on by default and off here."""
    off = (("per-class metrics", not settings.class_metrics), ("feature payloads", settings.payload_share <= 0.0))
    return tuple(what for what, is_off in off if is_off)
