"""kill -9 of a worker and of everything, during load: no acknowledged answer is missing, none is doubled."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from real import Server, asks, free_port, run

pytestmark = pytest.mark.slow
ROUNDS = 20


class Load:
    """Clients that note every id whose answer arrived without the flag ``unlogged``."""

    def __init__(self, server: Server, number: int) -> None:
        self.server, self.acknowledged, self.stopping = server, [], threading.Event()
        self.number, self.lock = number, threading.Lock()
        self.sent = 0
        self.threads = [threading.Thread(target=self._client, args=(n,)) for n in range(4)]
        for thread in self.threads:
            thread.start()

    def _client(self, number: int) -> None:
        count = 0
        while not self.stopping.is_set():
            ids = [f"k{self.number}-{number}-{count}-{i}" for i in range(3)]
            count += 1
            body = {"rows": [{"text": f"turn on lamp {count}"}] * 3, "ids": ids}
            try:
                status, answer = self.server.call("POST", "/predict", body)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
                continue
            assert status in {200, 503}, answer
            if status == 200:
                logged = [p["id"] for p in answer["predictions"] if "unlogged" not in p["flags"]]
                with self.lock:
                    self.acknowledged += logged

    def stop(self) -> list[str]:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)
        return self.acknowledged


def test_no_acknowledged_answer_is_lost_or_doubled(project: Path) -> None:
    rng = random.Random(2026)
    environment = {"CLASSWARD_SEGMENT_MAX_S": "0.5", "CLASSWARD_SEGMENT_GRACE_S": "1"}
    port = free_port()
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        server = Server(project, workers=2, env=environment, port=port).ready()
        load = Load(server, number)
        time.sleep(rng.uniform(0.2, 1.0))
        workers = asks_workers(project)
        if number % 2:
            os.kill(rng.choice(workers), signal.SIGKILL)
            time.sleep(rng.uniform(0.2, 0.8))
            server.process.send_signal(signal.SIGKILL)
        else:
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
        acknowledged += load.stop()
        server.log.close()
        wait_until_gone(port)
    assert len(acknowledged) > 20 * ROUNDS
    run(project, "watch", "--once")
    lines = [json.loads(line) for line in run(project, "log", "--json").splitlines()]
    counts = Counter(line["id"] for line in lines)
    assert [i for i in acknowledged if i not in counts] == []
    assert [i for i, n in counts.items() if n > 1] == []
    verified = asks(project, "verify")
    assert verified["problems"] == []


def asks_workers(project: Path) -> list[int]:
    """Process numbers of the running workers, as they report them."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        workers = asks(project, "status")["workers"]
        if len(workers) >= 2:
            return [w["pid"] for w in workers]
        time.sleep(0.1)
    raise AssertionError("two workers never reported")


def wait_until_gone(port: int) -> None:
    """Orphans notice that their parent is gone and let go of the port."""
    import socket

    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.1)
    raise AssertionError("an orphan goes on serving")
