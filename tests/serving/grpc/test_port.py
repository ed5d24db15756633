from __future__ import annotations

import importlib.util
import socket

import pytest

from classward.errors import UsageError
from classward.serving.grpc_port import holding
from classward.settings import Settings


def test_no_port_holds_nothing():
    with holding(Settings()):
        pass


def test_a_port_in_use_is_refused_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(grpc_port=taken.getsockname()[1])
        with pytest.raises(UsageError, match="CW426"), holding(settings):
            pass


def test_a_held_port_can_be_shared_by_workers():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with holding(Settings(grpc_port=port)):
        for _ in range(2):
            with socket.socket() as worker:
                worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                worker.bind(("127.0.0.1", port))
                worker.listen()


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setattr("classward.serving.grpc_port.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"classward\[grpc\]"), holding(Settings(grpc_port=8401)):
        pass
    assert importlib.util.find_spec("classward")
