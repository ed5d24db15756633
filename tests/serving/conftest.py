from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from server_process import Server
from serving_fakes import Client, FileJournal, make_parts

from classward.serving.app import create_app


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Start a server with the given settings and live version; ``version=0`` deploys nothing."""
    clients: list[Client] = []

    def _start(*, version: int = 1, **settings: object) -> Client:
        parts = make_parts(tmp_path, **settings)
        if version:
            parts.journal.deploy(version, f"hash-{version}")
        clients.append(Client(create_app(parts)))
        return clients[-1]

    yield _start
    for client in clients:
        client.close()


@pytest.fixture
def client(start: Callable[..., Client]) -> Client:
    return start()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []
    FileJournal(tmp_path / "journal.jsonl").deploy(1, "hash-1")

    def _serve(**settings: object) -> Server:
        servers.append(Server(tmp_path, **settings))
        return servers[-1]

    yield _serve
    for server in servers:
        server.stop()
