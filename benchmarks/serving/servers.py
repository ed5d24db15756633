"""The servers that are compared: how each is started, asked and ended, and what it takes meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEY = "benchmark-key"
_UVICORN = (
    "-m",
    "uvicorn",
    "--loop",
    "uvloop",
    "--http",
    "httptools",
    "--no-access-log",
    "--log-level",
    "warning",
    "--host",
    "127.0.0.1",
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """One way to serve the model. ``{port}`` in the command is filled in; ``shape`` says which bodies it takes."""

    name: str
    python: Path
    command: tuple[str, ...]
    path: str = "/predict"
    shape: str = "plain"
    env: Mapping[str, str] = field(default_factory=dict)


def servers(folder: Path, environments: Path, wanted: list[str]) -> list[Server]:
    """Those that are wanted and whose environment exists; this project's own and the two limits need none."""
    here = Path(sys.executable)
    ours = {
        "CLASSWARD_API_KEYS": KEY, "CLASSWARD_MAX_RUNNING": "1000", "PYTHONPATH": str(HERE.parents[1] / "src"),
    }  # fmt: skip
    bare = {"BENCH_BUNDLE": str(folder / "bundle.txt"), "PYTHONPATH": f"{HERE.parents[1] / 'src'}:{HERE}"}
    peer = {"BENCH_FOLDER": str(folder), "BENCH_MODEL": folder.name, "PYTHONPATH": str(HERE / "peers")}
    mlflow = (
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        str(folder / "mlflow"),
        "--env-manager",
        "local",
        "-h",
        "127.0.0.1",
        "-p",
        "{port}",
        "--workers",
        "1",
    )
    known = [
        Server(name="classward", python=here, shape="own", env=ours,
               command=("-m", "classward", "serve", "-f", str(folder / "classward.toml"), "--port", "{port}")),
        Server(name="bare handler", python=here, shape="own", env=bare, command=(*_UVICORN, "--port", "{port}", "bare:app")),
        Server(name="constant", python=here, shape="own", env=bare, command=(*_UVICORN, "--port", "{port}", "constant:app")),
        Server(name="mlflow", python=environments / "mlflow/bin/python", shape="mlflow", path="/invocations", command=mlflow,
               env={**peer, "MLFLOW_DISABLE_TELEMETRY": "true", "PATH": f"{environments / 'mlflow/bin'}:{os.environ['PATH']}"}),
        Server(name="litserve", python=environments / "litserve/bin/python", env=peer,
               command=(str(HERE / "peers" / "litserve_app.py"),)),
        Server(name="fastapi", python=environments / "fastapi/bin/python", env=peer, command=(*_UVICORN, "--port", "{port}", "fastapi_app:app")),
    ]  # fmt: skip
    return [s for s in known if (not wanted or s.name in wanted) and s.python.exists()]


class Running:
    """A server that was started and answered once; ``cold_start_s`` is how long that took."""

    def __init__(self, server: Server, folder: Path, logs: Path) -> None:
        self.server, self._folder = server, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{server.path}"
        if server.name == "mlflow" and not (folder / "mlflow").exists():
            subprocess.run(
                [server.python, HERE / "peers" / "save_mlflow.py", folder / "mlflow"],
                env={**os.environ, **server.env},
                check=True,
            )
        command = [str(server.python), *(part.format(port=self.port) for part in server.command)]
        env = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "BENCH_PORT": str(self.port),
            **server.env,
        }
        begun = time.perf_counter()
        with (logs / f"{server.name.replace(' ', '-')}.log").open("w") as log:
            self._process = subprocess.Popen(
                command, env=env, stdout=log, stderr=log, cwd=folder, start_new_session=True
            )
        self._wait()
        self.cold_start_s = time.perf_counter() - begun

    def body(self, n: int) -> Path:
        """The file with bodies of ``n`` rows."""
        return self._folder / f"{self.server.shape}.{n}.jsonl"

    def _wait(self, most_s: float = 120.0) -> None:
        first = self.body(1).read_bytes().splitlines()[0]
        deadline = time.monotonic() + most_s
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise SystemExit(f"{self.server.name} ended with {self._process.returncode}: see its log")
            request = urllib.request.Request(self.url, first, {"Content-Type": "application/json", "X-API-Key": KEY})
            with suppress(OSError, urllib.error.HTTPError), urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
                return
            time.sleep(0.02)
        raise SystemExit(f"{self.server.name} did not answer within {most_s:g} s")

    def memory_mb(self) -> float:
        """Proportional memory of all its processes."""
        kb = 0
        for pid in self._tree():
            with suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                kb += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        return kb / 1024

    def cpu_s(self) -> float:
        """Processor time of all its processes."""
        ticks = 0
        for pid in self._tree():
            with suppress(OSError):
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _tree(self) -> list[int]:
        """It and whatever it started: all that share its session."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError, IndexError):
                    if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) == self._process.pid:
                        found.append(int(entry.name))
        return found

    def stop(self) -> None:
        """End it, gently at first, and what it left behind."""
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        for pid in self._tree():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
