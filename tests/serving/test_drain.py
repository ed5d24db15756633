from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import pytest

from classward.serving.drain import DrainSignals, take_no_more


@pytest.fixture
def heard():
    """Put a handler in the place of what a server would have installed."""
    calls: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: calls.append(number))
    yield calls
    signal.signal(signal.SIGTERM, before)


def test_the_first_signal_drains_and_is_passed_on_later(heard):
    drained: list[bool] = []

    async def scenario():
        signals = DrainSignals(lambda: drained.append(True), grace_s=0.05)
        signals.install()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
        assert (drained, heard) == ([True], [])
        while not heard:
            await asyncio.sleep(0.01)
        signals.restore()

    with asyncio.Runner() as runner:
        runner.get_loop().run_until_complete(scenario())
    assert heard == [signal.SIGTERM]
    os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [signal.SIGTERM] * 2
    assert drained == [True]


def test_a_second_signal_does_not_wait(heard):
    async def scenario():
        signals = DrainSignals(lambda: None, grace_s=60.0)
        signals.install()
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        signals.restore()

    with asyncio.Runner() as runner:
        runner.get_loop().run_until_complete(scenario())
    assert heard == [signal.SIGTERM]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="packet filters on sockets are Linux's")
def test_waiting_connections_are_kept_and_new_ones_left_outside():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        early = socket.create_connection(address)
        early.sendall(b"hello")
        assert take_no_more(listener)
        with socket.socket() as late:
            late.settimeout(0.2)
            with pytest.raises(TimeoutError):
                late.connect(address)
        accepted, _ = listener.accept()
        with early, accepted:
            assert accepted.recv(5) == b"hello"
            accepted.sendall(b"world")
            assert early.recv(5) == b"world"
