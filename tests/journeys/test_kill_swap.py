"""kill -9 in the middle of deploying and rolling back: one version is live, and everybody agrees which."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from load import Load
from real import CLASSWARD, Server, asks, run

from classward import wiring
from classward.flows.context import Context
from classward.flows.versions import registry_state
from classward.lifecycle.release import check_chain
from classward.settings import Settings

pytestmark = pytest.mark.slow
N_AT_RANDOM, N_RECORDED = 8, 4


@pytest.fixture(scope="module")
def with_two(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two versions, the first of which is live."""
    folder = tmp_path_factory.mktemp("two") / "project"
    shutil.copytree(trained, folder)
    table = folder / "sentences.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[:-20]) + "\n", encoding="utf-8")
    assert asks(folder, "train", "--budget", "1s")["version"]["version"] == 2
    return folder


def test_a_change_of_routes_that_is_killed_happened_or_did_not(with_two: Path) -> None:
    rng = random.Random(2026)
    ctx = wiring.open_context(with_two / "classward.toml", Settings())
    server = Server(with_two, workers=2).ready()
    load = Load(server, "s", n_clients=1)
    was_live = {1}
    try:
        run(with_two, "deploy", "1", "--now", "--because", "a journey", ok=(0, 1))
        began = time.monotonic()
        run(with_two, *change(ctx))
        took_s = time.monotonic() - began
        n_changed = 0
        for _ in range(N_AT_RANDOM):
            before = ctx.journal.head().seq
            command = start(with_two, change(ctx))
            time.sleep(rng.uniform(0.2, 1.1) * took_s)
            kill(command)
            n_changed += ctx.journal.head().seq > before
            was_live.add(agreed(ctx, server))
        for number in range(N_RECORDED):
            before = ctx.journal.head().seq
            command = start(with_two, change(ctx))
            wait(lambda before=before: ctx.journal.head().seq > before)  # type: ignore[misc]
            kill(command)  # recorded, and not proved
            if number % 2:
                time.sleep(rng.uniform(0.0, 0.4))  # workers look every quarter of a second
                os.kill(rng.choice(server.workers()), signal.SIGKILL)
            n_changed += 1
            was_live.add(agreed(ctx, server))
    finally:
        acknowledged = load.stop()
        server.stop()
    assert n_changed >= N_RECORDED
    assert was_live == {1, 2}
    run(with_two, "watch", "--once")
    logged = [json.loads(line) for line in run(with_two, "log", "--json").splitlines()]
    mine = {r["id"]: r["version"] for r in logged if r["id"] in acknowledged}
    assert mine == acknowledged, "each answer is in the log, with the version that it told"
    assert len(mine) == sum(r["id"] in acknowledged for r in logged), "none is doubled"
    assert asks(with_two, "verify")["problems"] == []


def change(ctx: Context) -> tuple[str, ...]:
    """The other version, forward or back."""
    live = registry_state(ctx.journal, ctx.task.name).live
    assert live is not None
    return ("deploy", "2", "--now", "--because", "a journey") if live.version == 1 else ("rollback",)


def start(folder: Path, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*CLASSWARD, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(command: subprocess.Popen[bytes]) -> None:
    command.send_signal(signal.SIGKILL)
    command.wait(10)


def agreed(ctx: Context, server: Server) -> int:
    """The one live version: the journal is whole, and after a moment every worker and answer says the same."""
    events = tuple(ctx.journal.events())
    assert check_chain(events) == ()
    deployment = registry_state(ctx.journal, ctx.task.name).deployment
    assert deployment is not None
    (route,) = deployment.routes
    assert route.role == "live"

    def is_so() -> bool:
        beats = ctx.heartbeats.alive(task=ctx.task.name, now=ctx.clock.now(), within_s=2.0)
        return len(beats) == 2 and all(
            b.bundle_hash == route.bundle_hash and b.head_seq >= events[-1].seq for b in beats
        )

    wait(is_so)
    status, answer = server.call("POST", "/predict", {"rows": [{"text": "turn it off"}]})
    assert (status, answer["predictions"][0]["version"]) == (200, route.version)
    return route.version


def wait(is_so: Callable[[], bool], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)
