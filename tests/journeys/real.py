"""The command line and the server as real processes."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CLASSWARD = [sys.executable, "-m", "classward"]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(folder: Path, *args: str, ok: tuple[int, ...] = (0,)) -> str:
    """One command as a user types it; its standard output."""
    done = subprocess.run([*CLASSWARD, *args], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode in ok, f"{args} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def asks(folder: Path, *args: str, ok: tuple[int, ...] = (0,)) -> Any:
    """One command with --json."""
    return json.loads(run(folder, *args, "--json", ok=ok))


def example_sentences() -> list[dict[str, str]]:
    spec = importlib.util.spec_from_file_location("example_sentences", EXAMPLES / "sentences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept = {"HassTurnOn", "HassTurnOff", "HassStartTimer", "HassGetState", "HassLightSet", "HassSetVolume"}
    rows = [r for r in module.sentences(per_template=5) if r["intent"] in kept]
    if not (EXAMPLES / "sentences.py").is_file():
        raise FileNotFoundError(EXAMPLES)
    return rows


class Server:
    """A real server process; ``call`` gives status and decoded body."""

    def __init__(self, folder: Path, *, workers: int = 1, env: dict[str, str] | None = None, port: int = 0) -> None:
        self.folder = folder
        self.port = port or free_port()
        command = [*CLASSWARD, "serve", "--port", str(self.port), "--workers", str(workers)]
        self.log = (folder / "server.log").open("a")
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=self.log,
            stderr=self.log,
            env=os.environ | (env or {}),
            start_new_session=True,
        )

    def ready(self, within_s: float = 30.0) -> Server:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            try:
                if self.call("GET", "/v2/health/ready")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError((self.folder / "server.log").read_text()[-3000:])

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json"} | (headers or {}))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        is_json = "json" in (answer.headers.get("Content-Type") or "")
        return answer.status, json.loads(text) if is_json and text else text.decode()

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]

    def workers(self, within_s: float = 20.0) -> list[int]:
        """Process numbers of the two workers or more, once they have reported."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            place = f"{(self.folder / '.classward' / 'workspace.db').as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(place, uri=True)) as connection:
                reported = {row[0] for row in connection.execute("SELECT pid FROM heartbeats")}
            if len(running := sorted(reported.intersection(self.children()))) >= 2:
                return running
            time.sleep(0.02)
        raise AssertionError("two workers never reported")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.log.close()
        return code


def wait_until_gone(port: int) -> None:
    """Orphans notice that their parent is gone and let go of the port."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    raise AssertionError("an orphan goes on serving")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
