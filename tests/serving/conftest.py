from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving_fakes import Client, make_parts

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
