"""The composition root: settings and a task file become a context with real backends. The only importer of backends."""

from __future__ import annotations

import dataclasses
import getpass
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from classward.domain import DataSource, ExportedFiles, SafetyExample, Task
from classward.errors import TaskFileError, UsageError, nearest
from classward.settings import Settings

if TYPE_CHECKING:
    from classward.flows.context import Context
    from classward.flows.label import LabelReceipt
    from classward.flows.predict import DataPlane
    from classward.flows.predict_file import ScoredFile
    from classward.flows.status import Status
    from classward.inference import Model
    from classward.lifecycle.predict import PayloadPolicy
    from classward.ports import Attached, Notifier, RecordWriter, TableStream
    from classward.serving.kept_child import KeptChild
    from classward.serving.tracing import Tracing

__all__ = [
    "InitResult",
    "attached_files",
    "copy_workspace",
    "data_plane",
    "import_labels",
    "init_task",
    "load_model",
    "load_safety",
    "load_task",
    "notifiers",
    "open_context",
    "open_writer",
    "payload_policy",
    "read_settings",
    "run_simulation",
    "score_file",
    "serve",
    "server_app",
    "start_loop_worker",
    "table_stream",
    "wants_traces",
    "watching_files",
]

_PREFIX = "CLASSWARD_"
_TASK_FILE = "CLASSWARD_TASK_FILE"


def read_settings(env: Mapping[str, str], **given: object) -> Settings:
    """Settings from the environment, overridden by what is given and not ``None``.

    Raises
    ------
    UsageError
        CW906 for an unknown variable (the nearest is suggested) or a value of the wrong type; CW441 for a number out of
        the bounds that :class:`Settings` declares.
    """
    known = {f.name: f for f in dataclasses.fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in env.items():
        if not variable.startswith(_PREFIX) or variable == _TASK_FILE:
            continue
        name = variable.removeprefix(_PREFIX).lower()
        if name not in known:
            raise UsageError(
                "CW906", f"no setting is called {variable}{nearest(name, known)}", fix="see docs/settings.md"
            )
        values[name] = _typed(variable, text, known[name].default)
    values |= {name: value for name, value in given.items() if value is not None}
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        for bounds in getattr(hint, "__metadata__", ()):
            if name in values and not bounds.least <= values[name] <= bounds.most:  # NaN is within no bounds
                raise UsageError(
                    "CW441", f"{_PREFIX}{name.upper()} is out of bounds", got=repr(values[name]),
                    why="a setting that cannot work is refused before anything starts", fix=f"give {bounds}",
                )  # fmt: skip
    return Settings(**values)


def _typed(variable: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"true": True, "1": True, "false": False, "0": False}[text.strip().lower()]
        if isinstance(default, int | float):
            return type(default)(text)
    except (KeyError, ValueError):
        kind = type(default).__name__
        raise UsageError("CW906", f"{variable} is not a {kind}", got=repr(text), fix=f"give a {kind}") from None
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def load_task(task_file: str | Path) -> Task:
    """Read and check a task file.

    Raises
    ------
    TaskFileError
        CW100 if there is none; others name the line.
    """
    from classward.taskfile import parse

    path = Path(task_file)
    if not path.is_file():
        raise TaskFileError(
            "CW100",
            f"{path} does not exist",
            got=f"no such file in {Path.cwd()}",
            why="the task file says what is to be learned and what is promised",
            fix="run 'classward init TABLE --label COLUMN', or name the file with -f",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TaskFileError(
            "CW615", f"{path} is not UTF-8 text", got=f"byte 0x{error.object[error.start]:02x} at place {error.start + 1}",
            why="names of columns and classes could be read as others", fix="save the file as UTF-8",
        ) from None  # fmt: skip
    return parse(text, path=str(path))


def load_safety(task_file: str | Path, task: Task) -> tuple[SafetyExample, ...] | None:
    """The safety examples of a task, from the file that ``gate.examples`` names beside the task file; ``None`` if none is.

    Raises
    ------
    TaskFileError
        CW874 if there is no such file; CW875 and others if it holds something else.
    """
    from classward.taskfile import parse_safety

    if not task.gate.examples:
        return None
    path = Path(task_file).resolve().parent / task.gate.examples
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TaskFileError(
            "CW874", f"the safety examples at {task.gate.examples} cannot be read", got=type(error).__name__,
            why="without them no version could pass", fix="correct gate.examples: a TOML file beside the task file",
        ) from None  # fmt: skip
    return parse_safety(text, path=task.gate.examples)


def open_context(task_file: str | Path, settings: Settings, *, may_make: bool = True) -> Context:
    """Open the workspace of a task: what every flow works with.

    Folders and the database are made when missing, unless ``may_make`` is false: what only reads must not make a place.

    Raises
    ------
    UsageError
        CW614 when there is no workspace and none may be made; CW616 when its place is no folder.
    """
    from classward.backends.clock import SystemClock, UlidIds

    folder = _workspace(Path(task_file), settings)
    if not may_make and not folder.is_file() and not (folder / "workspace.db").is_file():
        load_task(task_file)
        raise UsageError(
            "CW614", f"there is no workspace at {folder}", got="no workspace.db there",
            why="nothing was trained here, or the place is mistyped",
            fix="'classward train' makes one; or name it with --workspace",
        )  # fmt: skip
    return _context(Path(task_file), load_task(task_file), settings, SystemClock(), UlidIds())


def _workspace(task_file: Path, settings: Settings) -> Path:
    return (task_file.resolve().parent / settings.workspace).resolve()


def _context(
    task_file: Path, task: Task, settings: Settings, clock: Any, ids: Any, *, at: Path | None = None
) -> Context:
    from classward.backends.files import FileArtifacts, FileSnapshots
    from classward.backends.later import Later
    from classward.backends.record_log.log import FileRecordLog
    from classward.backends.sqlite import Database, SqliteHeartbeats, SqliteJournal, SqliteLeases, SqliteWatchStore
    from classward.flows.class_names import in_current_names
    from classward.flows.context import Context

    stored = _workspace(task_file, settings)
    folder = at or stored
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(
            "CW616", f"{folder} cannot be a workspace", got="it, or something above it, is a file",
            why="a workspace is a folder", fix="name a folder with --workspace",
        ) from None  # fmt: skip
    database = Database(folder / "workspace.db")
    ctx = Context(
        task=task,
        actor=settings.actor or getpass.getuser(),
        clock=clock,
        ids=ids,
        journal=SqliteJournal(database),
        log=FileRecordLog(
            folder / "records" / task.name, task=task.name, database=database, grace_s=settings.segment_grace_s
        ),
        artifacts=FileArtifacts(stored / "artifacts"),
        snapshots=FileSnapshots(stored / "data"),
        tables=Later(lambda: _tables(task_file.resolve().parent)),
        heartbeats=SqliteHeartbeats(database),
        leases=SqliteLeases(database),
        watching=SqliteWatchStore(database),
    )
    return in_current_names(ctx)


def _tables(base: Path) -> Any:
    from classward.backends.tables import FileTables

    return FileTables(base=base)


def copy_workspace(task_file: str | Path, settings: Settings, folder: str | Path, *, is_back: bool = False) -> int:
    """Copy the workspace into a folder, or (``is_back``) a folder into the workspace; give the number of files."""
    from classward.backends.copying import copy_workspace as copy

    workspace, other = _workspace(Path(task_file), settings), Path(folder).resolve()
    return copy(other, workspace) if is_back else copy(workspace, other)


def open_writer(ctx: Context, settings: Settings, *, name: str = "") -> RecordWriter:
    """A record segment of this process's own; ``name`` tells its counters from those of others."""
    from classward.backends.record_log.writer import SegmentWriter

    return SegmentWriter(
        ctx.log.folder,  # type: ignore[attr-defined]
        task=ctx.task.name,
        clock=ctx.clock,
        ids=ctx.ids,
        max_bytes=settings.segment_max_bytes,
        max_age_s=settings.segment_max_s,
        fsync=settings.fsync,
        name=name,
    )


def notifiers(task_file: str | Path, settings: Settings, ctx: Context) -> tuple[Notifier, ...]:
    """Places that alerts are told at.

    Raises
    ------
    UsageError
        CW442 for an address that is not of HTTP; CW443, CW444 for services (:class:`ServicesPlace`).
    """
    from classward.backends.notifiers import (
        AlertmanagerPlace,
        FilePlace,
        HeartbeatPlace,
        ServicesPlace,
        WebhookPlace,
    )

    for name in ("alert_webhook", "alertmanager", "heartbeat"):
        url = getattr(settings, name)
        if url and not url.lower().startswith(("http://", "https://")):
            raise UsageError(
                "CW442", f"{_PREFIX}{name.upper()} is no address of HTTP", got=f"{url.partition(':')[0]}:…",
                why="an alert that is sent nowhere looks like silence", fix="begin it with http:// or https://",
            )  # fmt: skip
    task = ctx.task.name
    places: list[Notifier] = []
    if settings.alert_file:
        places.append(FilePlace(Path(task_file).resolve().parent / settings.alert_file))
    if settings.alert_webhook:
        places.append(WebhookPlace(settings.alert_webhook))
    if settings.alertmanager:
        places.append(AlertmanagerPlace(settings.alertmanager, task=task, owner=ctx.task.owner, sre=ctx.task.sre))
    if settings.heartbeat:
        places.append(HeartbeatPlace(settings.heartbeat, task=task))
    return (*places, *(ServicesPlace(url) for url in settings.alert_services))


def watching_files(kind: str, task: Task, *, server: str) -> ExportedFiles:
    """Files by which other programs watch what a server exports: ``prometheus`` or ``grafana``."""
    from classward.backends.prometheus import grafana_files, prometheus_files

    return grafana_files(task) if kind == "grafana" else prometheus_files(task, server=server)


def table_stream() -> TableStream:
    """Table files too large for memory."""
    from classward.backends.tables import BatchFiles

    return BatchFiles()


def attached_files(source: DataSource, names: Sequence[str]) -> Iterator[Attached]:
    """Files named by rows that a caller holds in memory; relative paths are looked up from the current folder."""
    from classward.backends.tables import FileTables

    return FileTables(base=Path.cwd()).attached(source, names)


def load_model(ctx: Context, bundle_hash: str) -> Model:
    """A model from its bundle, every byte checked."""
    from classward.artifact.read import read_bundle

    return read_bundle(ctx.artifacts.path(bundle_hash), expected_hash=bundle_hash).model


def payload_policy(ctx: Context, settings: Settings) -> PayloadPolicy:
    """What the record log keeps of features; the key of hashes is made when it is needed and there is none.

    Raises
    ------
    UsageError
        CW450 if the key cannot be read or is short.
    """
    from classward.backends.secret_file import secret_key
    from classward.lifecycle.predict import PayloadPolicy

    needs_key = 0.0 < settings.payload_share < 1.0 or any(how == "hash" for _, how in ctx.task.private)
    own = ctx.log.folder.parent.parent / "pii.key"  # type: ignore[attr-defined]
    return PayloadPolicy(
        share=settings.payload_share, keep_below=settings.payload_keep_below, private=ctx.task.private,
        secret=secret_key(Path(settings.pii_key_file or own), is_own=not settings.pii_key_file) if needs_key else b"",
    )  # fmt: skip


def data_plane(
    ctx: Context, settings: Settings, *, kind: str, version: int | None = None, writer: RecordWriter | None
) -> DataPlane:
    """A data plane with the live version, or a named one, loaded.

    Raises
    ------
    Refused
        CW801 when no version is named and none is live.
    """
    from classward.flows.bundle_facts import bundle_facts
    from classward.flows.predict import DataPlane, LoadedVersion
    from classward.flows.versions import registry_state, require_live

    state = registry_state(ctx.journal, ctx.task.name)
    if version is None:
        route = require_live(state)
        number, bundle_hash, role = route.version, route.bundle_hash, route.role
    else:
        number, bundle_hash, role = version, state.stored_version(version).bundle_hash, "named"
    plane = DataPlane(
        task=ctx.task.name, clock=ctx.clock, ids=ctx.ids, writer=writer, kind=kind,
        payload=payload_policy(ctx, settings),
    )  # fmt: skip
    plane.current = LoadedVersion(
        version=number,
        bundle_hash=bundle_hash,
        route=role,
        model=load_model(ctx, bundle_hash),
        repairs=ctx.task.repairs,
        facts=bundle_facts(ctx.artifacts.path(bundle_hash), bundle_hash),
    )
    return plane


@dataclass(frozen=True, slots=True, kw_only=True)
class InitResult:
    """The text of a task file, what the table looks like, and lines for people."""

    text: str
    looks: object
    lines: tuple[str, ...]


def init_task(path: Path, *, table: str, query: str = "", test: str | None = None, **asked: Any) -> InitResult:
    """Look at a table and write (not store) a task file for it; relative places are kept relative to the file."""
    from classward.backends.tables import FileTables
    from classward.flows.init import Asked, init
    from classward.lifecycle.data import describe

    source = DataSource(location=table, query=query)
    sealed = DataSource(location=test) if test else None
    name = Path(table.rsplit("/", 1)[-1]).stem or "task"
    made = init(FileTables(base=Path.cwd()), source, sealed, Asked(**asked), name=name)
    return InitResult(text=made.text, looks=made.looks, lines=tuple(describe(made.looks)))


def score_file(
    task_file: str,
    settings: Settings,
    source: str,
    target: str,
    *,
    version: int | None,
    with_all: bool,
    with_sets: bool = False,
    batch_rows: int,
    is_logged: bool,
    tell: Callable[[int, int], None],
    is_forced: bool = False,
) -> ScoredFile:
    """Score a file with the live or a named version.

    Raises
    ------
    UsageError
        CW612 if the target is the source; CW613 if it exists and ``is_forced`` is false.
    """
    from classward.flows.predict_file import predict_file

    _refuse_target(Path(source), Path(target), is_forced=is_forced)
    ctx = open_context(task_file, settings, may_make=False)
    writer = open_writer(ctx, settings) if is_logged else None
    try:
        plane = data_plane(ctx, settings, kind="batch", version=version, writer=writer)
        return predict_file(
            plane, table_stream(), source, target, id_column=ctx.task.id_column, with_all=with_all,
            with_sets=with_sets, batch_rows=batch_rows, tell=tell,
        )  # fmt: skip
    finally:
        if writer is not None:
            writer.close()


def _refuse_target(source: Path, target: Path, *, is_forced: bool) -> None:
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise UsageError(
            "CW612", f"{target} is the table that is to be scored", why="the answers would replace its rows for good",
            fix="name another file with -o",
        )  # fmt: skip
    if not is_forced:
        raise UsageError(
            "CW613", f"{target} exists already", why="scoring would replace it", fix="name another file, or add --force"
        )


def import_labels(task_file: str, settings: Settings, table: str, *, source: str) -> LabelReceipt:
    """Import a table of labels through the same door as ``POST /labels``."""
    from classward.flows.class_names import taxonomy_of
    from classward.flows.label import accept_labels
    from classward.flows.label_file import LABEL_TEXTS, label_rows
    from classward.flows.label_space import known_classes

    ctx = open_context(task_file, settings)
    given = ctx.tables.read(DataSource(location=str(Path(table).resolve())), as_written=LABEL_TEXTS)
    rows = label_rows(given, source=source, table_name=table)
    writer = open_writer(ctx, settings)
    try:
        made = accept_labels(
            rows, label_space=known_classes(ctx), log=ctx.log, writer=writer, now=ctx.clock.now(),
            taxonomy=taxonomy_of(ctx),
        )  # fmt: skip
        return dataclasses.replace(made, n_open=given.height - len(rows))
    finally:
        writer.close()


def run_simulation(
    task_file: str,
    settings: Settings,
    table: str,
    *,
    weeks: int,
    rows_per_day: int,
    label_delay: float,
    label_share: float,
    version: int | None,
    seed: int,
) -> Iterator[Status]:
    """Replay a labelled table on a virtual clock, in a workspace of its own that is removed afterwards."""
    import tempfile

    import numpy as np

    from classward.backends.clock import SeededIds, VirtualClock
    from classward.flows.simulate import SimulatedTraffic, copy_version, labelled_rows, simulate
    from classward.flows.versions import newest, registry_state

    real = open_context(task_file, settings)
    state = registry_state(real.journal, real.task.name)
    number = version or (state.live.version if state.live else newest(state).version)
    rng = np.random.default_rng(seed)
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    with tempfile.TemporaryDirectory(prefix="simulate-", dir=_workspace(Path(task_file), settings)) as folder:
        sim = _context(Path(task_file), real.task, settings, clock, SeededIds(seed), at=Path(folder))
        copy_version(real, sim, number)
        rows, truths = labelled_rows(real, DataSource(location=str(Path(table).resolve())))
        writer = open_writer(sim, replace(settings, segment_max_s=86_400.0))
        plane = data_plane(sim, settings, kind="simulated", writer=writer)
        traffic = SimulatedTraffic(
            n_days=7 * weeks, rows_per_day=rows_per_day, label_delay_days=label_delay, label_share=label_share
        )
        yield from simulate(sim, plane, writer, clock=clock, rows=rows, truths=truths, traffic=traffic, rng=rng)
        writer.close()


def serve(task_file: str, settings: Settings, *, with_watch: bool, announce: Callable[[str], None]) -> None:
    """Make a first version live if need be, start ``watch`` as a child, and serve until told to stop."""
    from classward.flows.deploy import ensure_live
    from classward.serving.kept_child import KeptChild
    from classward.serving.run import run
    from classward.serving.tls import scheme_of

    path = str(Path(task_file).resolve())
    env = _environment(settings) | {_TASK_FILE: path}
    metrics = _workspace(Path(task_file), settings) / "metrics" / str(settings.port)
    children: list[KeptChild] = []
    ctx = open_context(task_file, settings)

    def begin() -> None:
        route = ensure_live(ctx)
        url = f"{scheme_of(settings)}://{settings.host}:{settings.port}"
        announce(
            f" live {ctx.task.name} v{route.version} ({route.bundle_hash[:8]})   {url}   "
            "API docs /docs   metrics /metrics"
        )
        if with_watch:
            children.append(KeptChild("watch", lambda: _start_watch(path, env), monotonic_s=ctx.clock.monotonic_s))

    try:
        run("classward.wiring:server_app", settings, env | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}, on_bound=begin)
    finally:
        for child in children:
            child.stop()


def _environment(settings: Settings) -> dict[str, str]:
    """Settings as environment variables, so that workers and children read the same."""
    values = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        values[_PREFIX + field.name.upper()] = text.lower() if isinstance(value, bool) else text
    return values


def _start_watch(task_file: str, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "classward", "watch", "-f", task_file, "--while-pid", str(os.getpid())]
    return subprocess.Popen(command, env={**os.environ, **env}, stdin=subprocess.DEVNULL)


def start_loop_worker(task_file: str, workspace: str | None) -> subprocess.Popen[bytes]:
    """Start a process that makes the steps of a run of the loop, and ends when this one is gone."""
    command = [sys.executable, "-m", "classward", "loop", "work", "-f", task_file, "--while-pid", str(os.getpid())]
    command += ["--workspace", workspace] if workspace else []
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


def server_app() -> Any:
    """The ASGI application of one worker, from the environment that :func:`serve` prepared."""
    from classward.flows.bundle_facts import bundle_facts
    from classward.flows.watched import watched_now
    from classward.serving.app import create_app
    from classward.serving.parts import ServingParts

    settings = read_settings(os.environ)
    ctx = open_context(os.environ[_TASK_FILE], settings)
    process_id = ctx.ids.new()
    parts = ServingParts(
        settings=settings, task=ctx.task, clock=ctx.clock, ids=ctx.ids, journal=ctx.journal, log=ctx.log,
        writer=open_writer(ctx, settings, name=process_id), heartbeats=ctx.heartbeats, process_id=process_id,
        load_bundle=lambda bundle_hash: load_model(ctx, bundle_hash), payload=payload_policy(ctx, settings),
        tracing=_tracing(settings, os.environ, ctx, process_id),
        load_facts=lambda bundle_hash: bundle_facts(ctx.artifacts.path(bundle_hash), bundle_hash),
        bundle_bytes=lambda bundle_hash: sum(
            file.stat().st_size for file in ctx.artifacts.path(bundle_hash).rglob("*") if file.is_file()
        ),
        watched=lambda: watched_now(ctx),
    )  # fmt: skip
    return create_app(parts)


def _tracing(settings: Settings, env: Mapping[str, str], ctx: Context, process_id: str) -> Tracing | None:
    """Traces, if an endpoint is set by us or by the standard variables; else nothing of them is loaded."""
    if not wants_traces(settings, env):
        return None
    try:
        from classward.serving.tracing import Tracing, otlp_exporter
    except ModuleNotFoundError as error:
        raise UsageError(
            "CW440", "traces are asked for, but what makes them is not installed", got=f"no module {error.name}",
            fix="pip install 'classward[telemetry]', or unset CLASSWARD_TRACES_ENDPOINT and OTEL_EXPORTER_OTLP_ENDPOINT",
        ) from None  # fmt: skip
    return Tracing(otlp_exporter(settings.traces_endpoint), clock=ctx.clock, task=ctx.task.name, process_id=process_id)


def wants_traces(settings: Settings, env: Mapping[str, str]) -> bool:
    """Whether somebody said where traces go, and nobody switched them off (``OTEL_SDK_DISABLED``, exporter ``none``)."""
    if env.get("OTEL_SDK_DISABLED", "").lower() == "true" or env.get("OTEL_TRACES_EXPORTER", "") == "none":
        return False
    named = (settings.traces_endpoint, *(env.get(f"OTEL_EXPORTER_OTLP_{n}ENDPOINT", "") for n in ("", "TRACES_")))
    return any(named)
