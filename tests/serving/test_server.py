"""Real server processes, asked over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from server_process import MAIN, Server
from serving_fakes import FileJournal, FileWriter

pytestmark = pytest.mark.slow


class Load:
    """Clients that ask one row after the other, each request with an id of its own, until told to stop."""

    def __init__(self, server: Server, *, n_clients: int = 4) -> None:
        self.server = server
        self.is_over = threading.Event()
        self.acknowledged: list[tuple[str, int]] = []
        self.broken: list[str] = []
        self.statuses: set[int] = set()
        self.threads = [threading.Thread(target=self._run, args=(i,)) for i in range(n_clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join(60)

    def _run(self, client: int) -> None:
        connection, n = self.server.connect(), 0
        while not self.is_over.is_set():
            n += 1
            name, is_sent = f"{client}-{n}", False
            body = json.dumps({"rows": [{"text": "refund"}], "ids": [name]})
            try:
                if connection.sock is None:
                    connection.connect()
                is_sent = True
                connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if is_sent:
                    self.broken.append(f"{name}: {error!r}")
                else:
                    time.sleep(0.02)
                continue
            self.statuses.add(response.status)
            if response.status == 200:
                self.acknowledged.append((name, answer["predictions"][0]["version"]))
        connection.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def logged(server: Server) -> list[str]:
    return [str(row[0]) for row in FileWriter(server.folder / "records.jsonl").rows()]


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_under_load_loses_no_request(serve, workers):
    server = serve(workers=workers)
    with Load(server) as load:
        server.until(lambda: len(load.acknowledged) > 100)
        assert server.stop() == 0
    assert load.broken == []
    assert load.statuses == {200}
    names = [name for name, _ in load.acknowledged]
    assert sorted(names) == sorted(logged(server))


def test_versions_are_swapped_under_load_without_a_refused_request(serve):
    server = serve(workers=2)
    journal = FileJournal(server.folder / "journal.jsonl")
    with Load(server) as load:
        server.until(lambda: len(load.acknowledged) > 50)
        for version in (2, 1, 3):
            journal.deploy(version, f"hash-{version}")
            server.until(lambda v=version: [seen for _, seen in load.acknowledged[-30:]] == [v] * 30)
    assert load.broken == []
    assert load.statuses == {200}
    assert {version for _, version in load.acknowledged} == {1, 2, 3}


def test_a_killed_worker_is_replaced_and_no_acknowledged_row_is_missing(serve):
    server = serve(workers=2)
    with Load(server) as load:
        for _ in range(3):
            n, before = len(load.acknowledged), server.workers()
            server.until(lambda n=n: len(load.acknowledged) > n + 30)
            os.kill(min(before), signal.SIGKILL)
            server.until(lambda before=before: len(server.workers() - before) == 1 and len(server.workers()) == 2)
            server.until(lambda: server.get("/ready")[0] == 200)
        server.until(lambda: b"classward_version_info" in server.get("/metrics")[1])
    names = logged(server)
    assert len(names) == len(set(names))
    assert {name for name, _ in load.acknowledged} <= set(names)
    time.sleep(0.3)  # the workers that live tell within 50 ms what they have counted
    killed = counted(server)
    assert 0 < killed <= len(names), (
        "a worker that is killed takes along what it had not told yet, never more than it answered"
    )
    with Load(server) as load:
        server.until(lambda: len(load.acknowledged) > 40)
    server.until(lambda: counted(server) == killed + len(logged(server)) - len(names))


def counted(server: Server) -> float:
    lines = server.get("/metrics")[1].decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("classward_predictions_total"))


def test_workers_stop_when_their_supervisor_is_killed_and_the_port_is_free_again(serve):
    server = serve(workers=2)
    workers = server.workers()
    assert len(workers) == 2
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    server.until(lambda: not any(is_running(pid) for pid in workers))
    server.start()
    assert server.get("/ready")[0] == 200


def test_raw_garbage_on_the_wire_leaves_it_answering(serve):
    server = serve()
    garbage = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{row",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%ff%00%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /ready HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    for raw in garbage:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                answer = connection.recv(100_000)
                assert b" 500 " not in answer[:20]
        assert server.get("/ready")[0] == 200
    assert server.stop() == 0
    assert "Traceback" not in (server.folder / "server.log").read_text()


async def _both_ways(port: int, n_rows: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n"
    writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")

    async def send() -> None:
        for number in range(n_rows):
            line = json.dumps({"row": {"text": "refund " + "x" * 200}, "id": f"s{number}"}).encode() + b"\n"
            writer.write(b"%x\r\n%s\r\n" % (len(line), line))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    sending = asyncio.create_task(send())
    answer = await reader.read()
    await sending
    writer.close()
    return answer


def test_a_long_stream_is_answered_while_it_comes(serve):
    server = serve(max_body_bytes=10_000)
    answer = asyncio.run(_both_ways(server.port, 5000))
    assert answer.startswith(b"HTTP/1.1 200")
    lines = [piece for piece in answer.split(b"\r\n") if piece.startswith(b"{")]
    rows = [json.loads(line) for piece in lines for line in piece.splitlines()]
    assert [row["index"] for row in rows] == list(range(5000))
    assert [row["id"] for row in rows] == logged(server)


def test_a_port_in_use_is_told(serve, tmp_path):
    server = serve()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent) + os.pathsep + os.environ.get("PYTHONPATH", "")}
    env["SERVING_TEST_SETTINGS"] = json.dumps(server.settings)
    done = subprocess.run([sys.executable, str(tmp_path / "main.py")], env=env, capture_output=True, text=True)
    assert done.returncode != 0
    assert "CW912" in done.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_whose_workers_cannot_start_ends(tmp_path, workers):
    env = {**os.environ, "SERVING_TEST_FACTORY": "serving_fakes:nothing_of_the_kind"}
    env["PYTHONPATH"] = str(Path(__file__).parent) + os.pathsep + os.environ.get("PYTHONPATH", "")
    env["SERVING_TEST_SETTINGS"] = json.dumps({"workspace": str(tmp_path), "port": 0, "workers": workers})
    (tmp_path / "main.py").write_text(MAIN)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "main.py")], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "CW914" in done.stderr
    assert "nothing_of_the_kind" in done.stderr
