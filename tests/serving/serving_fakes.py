"""Small stand-ins that obey the ports, kept in plain files so that several processes see the same."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from classward.domain import (
    GENESIS_HASH,
    DataSource,
    Event,
    EventDraft,
    Feature,
    InputSchema,
    JournalHead,
    LabelSpace,
    ModelVersion,
    Repair,
    Task,
    canonical_json,
    to_plain,
)
from classward.errors import ArtifactError
from classward.inference import Proba
from classward.serving.app import App, create_app
from classward.serving.parts import ServingParts
from classward.settings import Settings

CLASSES = ("billing", "outage", "refund")
FEATURES = (
    Feature(name="text", kind="text", is_required=True, description="what the customer wrote"),
    Feature(name="amount", kind="numeric"),
    Feature(name="country", kind="categorical"),
    Feature(name="vip", kind="boolean"),
    Feature(name="since", kind="date"),
)
TASK = Task(name="tickets", label="team", features=FEATURES, train=DataSource(location="tickets.csv"))


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()


class CountingIds:
    def __init__(self) -> None:
        self._count = itertools.count()

    def new(self) -> str:
        return f"{os.getpid():010d}{next(self._count):016d}"


class FileJournal:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_broken = False

    def append(self, *drafts: EventDraft, expected: JournalHead | None = None) -> tuple[Event, ...]:
        with self.path.open("a", encoding="utf-8") as file:
            for draft in drafts:
                line = {name: getattr(draft, name) for name in ("id", "task", "kind", "actor", "why", "payload")}
                file.write(json.dumps(line) + "\n")
        return tuple(self.events())[-len(drafts) :]

    def events(self, *, after_seq: int = 0, task: str | None = None, kind: str | None = None) -> Iterator[Event]:
        previous = GENESIS_HASH
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        for seq, line in enumerate(text.splitlines(), start=1):
            draft = EventDraft(at=datetime(2026, 11, 30, tzinfo=UTC), **json.loads(line))
            event = Event.chained(draft, seq=seq, prev_hash=previous)
            previous = event.hash
            if seq > after_seq:
                yield event

    def head(self) -> JournalHead:
        if self.is_broken:
            raise OSError("the disk is gone")
        events = list(self.events())
        return JournalHead(seq=events[-1].seq, hash=events[-1].hash) if events else JournalHead()

    def register(self, version: int, bundle_hash: str, *, task: str = "tickets") -> None:
        at = datetime(2026, 11, 30, tzinfo=UTC)
        made = ModelVersion(
            task=task, version=version, bundle_hash=bundle_hash, task_hash="", dataset_hash="", label_space_hash="",
            schema_hash="", plan_hash="", registered_at=at, registered_by="a", code_version="",
        )  # fmt: skip
        draft = EventDraft(
            id="E",
            at=at,
            task=task,
            kind="version_registered",
            actor="a",
            why="w",
            payload=canonical_json(to_plain(made)),
        )
        self.append(draft)

    def deploy(self, version: int, bundle_hash: str, *, task: str = "tickets") -> None:
        routes = [{"role": "live", "version": version, "bundle_hash": bundle_hash, "weight": 1.0}] if version else []
        payload = canonical_json({"routes": routes})
        draft = EventDraft(
            id="E",
            at=datetime(2026, 11, 30, tzinfo=UTC),
            task=task,
            kind="deployed",
            actor="a",
            why="w",
            payload=payload,
        )
        self.append(draft)


@dataclass
class FileWriter:
    """Appends one line per answered row with one write, so that a kill loses nothing that was acknowledged."""

    path: Path
    is_full: bool = False
    n_lost: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    heads: list[tuple[int, str]] = field(default_factory=list)
    n_ticks: int = 0
    is_closed: bool = False
    n_labels: int = 0
    n_quarantined: int = 0
    explained: list[object] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)

    def predictions(self, batch: Sequence[object]) -> bool:
        if self.is_full:
            self.n_lost += len(batch)
            return False
        self.callers += [row.caller for row in batch]
        lines = "".join(json.dumps([row.id, row.label, row.version, row.request_id, row.key]) + "\n" for row in batch)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, lines.encode())
        os.close(handle)
        return True

    def together(self, batches: Sequence[Sequence[object]]) -> tuple[bool, ...]:
        return tuple(self.predictions(batch) for batch in batches)

    def labels(self, batch: Sequence[object]) -> bool:
        self.n_labels += 0 if self.is_full else len(batch)
        return not self.is_full

    def attributions(self, batch: Sequence[object]) -> bool:
        self.explained.extend(batch)
        return True

    def quarantine(self, batch: Sequence[object]) -> bool:
        self.n_quarantined += 0 if self.is_full else len(batch)
        return not self.is_full

    def count(self, name: str, n: int = 1) -> None:
        if name.startswith("journal_head:"):
            self.heads.append((n, name.removeprefix("journal_head:")))
        else:
            self.counts[name] = self.counts.get(name, 0) + n

    def tick(self) -> None:
        self.n_ticks += 1

    def close(self) -> None:
        self.is_closed = True

    def rows(self) -> list[list[object]]:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]


class DigestLog:
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def known_digests(self, digests: Sequence[str]) -> frozenset[str]:
        return frozenset(self.seen.intersection(digests))

    def remember_digests(self, digests: Sequence[str], *, received_at: datetime) -> None:
        self.seen.update(digests)


class Heartbeats:
    def __init__(self) -> None:
        self.beats: dict[str, object] = {}

    def beat(self, heartbeat: object) -> None:
        self.beats[heartbeat.process_id] = heartbeat

    def forget(self, process_id: str) -> None:
        self.beats.pop(process_id, None)

    def alive(self, *, task: str, now: datetime, within_s: float) -> tuple[object, ...]:
        return tuple(self.beats.values())


class KeywordModel:
    """Gives 0.8 to the class whose name stands in the text (else the first), and says in which thread it ran."""

    def __init__(self, names: Sequence[str] = CLASSES) -> None:
        self.schema = InputSchema(features=FEATURES)
        self.label_space = LabelSpace.of(names)
        self.rule = None
        self.unseen = self._unseen
        self.threads: list[str] = []

    def _unseen(self, columns: Mapping[str, Sequence[object]], n: int) -> list[tuple[str, ...]]:
        return [("unseen:country",) if value == "atlantis" else () for value in columns["country"]]

    def predict_proba(self, columns: Mapping[str, Sequence[object]], n: int) -> Proba:
        self.threads.append(threading.current_thread().name)
        names, texts = self.label_space.names, columns["text"]
        if "explode" in texts:
            raise ZeroDivisionError("a fault of ours")
        matrix = np.full((n, len(names)), 0.2 / (len(names) - 1))
        for row, text in enumerate(texts):
            matrix[row, next((i for i, name in enumerate(names) if name in str(text)), 0)] = 0.8
        return Proba(matrix, self.label_space)


def load_bundle(bundle_hash: str) -> KeywordModel:
    if bundle_hash.startswith("damaged"):
        raise ArtifactError("CW501", "the bundle was edited", got=bundle_hash)
    return KeywordModel()


def make_parts(folder: Path, *, repairs: tuple[Repair, ...] = (), **settings: object) -> ServingParts:
    return ServingParts(
        settings=Settings(workspace=str(folder), **{"poll_s": 0.02, **settings}),
        task=replace(TASK, repairs=repairs),
        clock=SystemClock(),
        ids=CountingIds(),
        journal=FileJournal(folder / "journal.jsonl"),
        log=DigestLog(),
        writer=FileWriter(folder / "records.jsonl"),
        heartbeats=Heartbeats(),
        load_bundle=load_bundle,
        process_id=f"process-{os.getpid()}",
    )


def app_in_process() -> App:
    """Application factory for real server processes; settings come through the environment."""
    settings = json.loads(os.environ["SERVING_TEST_SETTINGS"])
    return create_app(make_parts(Path(settings.pop("workspace")), **settings))


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


class Client:
    """Calls the application as a server would, on a loop of its own that stands still between requests."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        self._inbox: asyncio.Queue = asyncio.Queue()
        self._outbox: asyncio.Queue = asyncio.Queue()
        self._life = self.loop.create_task(app({"type": "lifespan"}, self._inbox.get, self._outbox.put))
        self._tell("lifespan.startup")

    def _tell(self, kind: str) -> None:
        self._inbox.put_nowait({"type": kind})
        assert self.loop.run_until_complete(self._outbox.get())["type"] == f"{kind}.complete"

    def close(self) -> None:
        self._tell("lifespan.shutdown")
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def look(self) -> None:
        self.loop.run_until_complete(self.app.worker.look())

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes | None] = b"",
        headers: Mapping[str, str] | None = None,
        query: bytes = b"",
    ) -> Response | None:
        pieces = [body] if isinstance(body, bytes) else list(body)
        messages = [
            {"type": "http.disconnect"}
            if piece is None
            else {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1}
            for index, piece in enumerate(pieces)
        ]
        given = {"content-type": "application/json"} if headers is None and method == "POST" else headers or {}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
        }
        sent: list[dict] = []

        async def receive() -> dict:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        if not sent:
            return None
        kinds = [message["type"] for message in sent]
        assert kinds == ["http.response.start", *["http.response.body"] * (len(sent) - 1)]
        assert [message.get("more_body", False) for message in sent[1:]] == [True] * (len(sent) - 2) + [False]
        received = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Response(sent[0]["status"], received, b"".join(message["body"] for message in sent[1:]))

    def call(self, method: str, path: str, body: object = b"", headers: Mapping[str, str] | None = None) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.loop.run_until_complete(self.ask(method, path, raw, headers))
        assert response is not None
        return response

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Response:
        return self.call("POST", path, body, headers)
