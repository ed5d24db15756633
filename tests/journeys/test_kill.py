"""kill -9 of a worker and of everything, during load: no acknowledged answer is missing, none is doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from load import Load
from real import Server, asks, free_port, run, wait_until_gone

pytestmark = pytest.mark.slow
LIVES = 10
"""Of a server, each with two kills: of one worker, and later of the whole process; so there are twenty kills."""


def test_no_acknowledged_answer_is_lost_or_doubled(project: Path) -> None:
    rng = random.Random(2026)
    environment = {"CLASSWARD_SEGMENT_MAX_S": "0.3", "CLASSWARD_SEGMENT_GRACE_S": "1"}
    port = free_port()
    acknowledged: set[str] = set()
    n_killed = 0
    for number in range(LIVES):
        server = Server(project, workers=2, env=environment, port=port).ready()
        load = Load(server, f"k{number}")
        time.sleep(rng.uniform(0.1, 0.5))
        os.kill(rng.choice(server.workers()), signal.SIGKILL)
        time.sleep(rng.uniform(0.1, 1.2))  # the other one answers; a third is being started, or answers already
        if number % 2:
            server.process.send_signal(signal.SIGKILL)
        else:
            os.killpg(server.process.pid, signal.SIGKILL)
        n_killed += 2
        server.process.wait(10)
        wait_until_gone(port)  # where the supervisor alone was killed its workers answer a little longer
        acknowledged |= load.stop().keys()
        server.log.close()
    assert n_killed == 20
    assert len(acknowledged) > 20 * LIVES
    run(project, "watch", "--once")
    counts = Counter(json.loads(line)["id"] for line in run(project, "log", "--json").splitlines())
    assert sorted(acknowledged - counts.keys()) == []
    assert [i for i, n in counts.items() if n > 1] == []
    verified = asks(project, "verify")
    assert verified["problems"] == []
