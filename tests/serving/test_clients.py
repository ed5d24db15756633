"""Clients that nobody here wrote, unchanged: Triton's and KServe's, over HTTP and gRPC, JSON and bytes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).parent / "clients"
DEFAULT = Path(__file__).resolve().parents[2] / ".venv-clients" / "bin" / "python"
PYTHON = Path(os.environ.get("CLIENTS_PYTHON", DEFAULT))


def run_client(script: str, server) -> dict:
    if not PYTHON.exists():
        pytest.skip("the clients are not installed: make clients")
    command = [str(PYTHON), str(SCRIPTS / script), str(server.port), str(server.settings["grpc_port"])]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(params=[1, 2])
def server(serve, request):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return serve(grpc_port=port, api_keys=("k1",), workers=request.param)


def test_the_client_of_triton(server):
    told = run_client("triton_client.py", server)
    assert len(told) == 5
    for way, got in told.items():
        assert got["labels"] == ["refund", "outage", "billing"], way
        assert got["sums"] == [1.0, 1.0, 1.0], way
        assert (got["shape"], got["id"]) == ([3, 3], "call-7"), way
        assert got["live"], way
        assert got["ready"], way
        assert got["inputs"] == ["text", "amount", "country", "vip", "since"], way
        assert "CW420" in got["wrong"], way
    assert "NOT_FOUND" in told["grpc"]["wrong"]
    assert server.stop() == 0
    assert "Traceback" not in (server.folder / "server.log").read_text()


def test_the_client_of_kserve(server):
    told = run_client("kserve_client.py", server)
    for way in ("rest, JSON", "rest, bytes", "grpc"):
        assert told[way] == {"labels": ["refund", "outage"], "shape": [2, 3], "id": "call-7"}, way
    assert told["live"] == [True, True]
    assert all(told["ready"])
    assert server.stop() == 0
