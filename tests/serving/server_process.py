"""A real server process around stand-ins, for slow tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

MAIN = """
import json, os, sys
from classward.serving.run import run
from classward.settings import Settings
given = json.loads(os.environ["SERVING_TEST_SETTINGS"])
if __name__ == "__main__":
    run(os.environ.get("SERVING_TEST_FACTORY", "serving_fakes:app_in_process"), Settings(**given), {})
"""


class Server:
    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.settings = {"workspace": str(folder), "port": self.port, "poll_s": 0.05, "drain_s": 5.0, **settings}
        self.log = (folder / "server.log").open("ab")
        self.start()

    def start(self) -> None:
        paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "SERVING_TEST_SETTINGS": json.dumps(self.settings),
        }
        main = self.folder / "main.py"
        main.write_text(MAIN)
        self.process = subprocess.Popen([sys.executable, str(main)], env=env, stderr=self.log)
        self.until(lambda: self.get("/ready")[0] == 200)

    def until(self, is_so, *, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if is_so():
                    return
            time.sleep(0.02)
        raise AssertionError((self.folder / "server.log").read_text())

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def get(self, path: str) -> tuple[int, bytes]:
        connection = self.connect()
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.log.close()
        return code
