"""Real processes, really killed: what was acknowledged is there once, and the journal's chain holds."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from classward.backends.record_log.log import FileRecordLog
from classward.backends.sqlite import Database, SqliteJournal
from classward.lifecycle.release import check_chain

ROUNDS = 20
N_WRITERS = 3
GRACE_S = 0.3

OPEN = """
import os, sys, time
from dataclasses import replace
from pathlib import Path
from classward.backends.clock import SystemClock, UlidIds
from classward.backends.record_log.log import FileRecordLog
from classward.backends.record_log.writer import SegmentWriter
from classward.backends.sqlite import Database, SqliteJournal
from classward.conformance.examples import answer, event_draft, truth
from classward.errors import JournalError
folder, name, grace_s = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
clock, database = SystemClock(), Database(folder / "workspace.db")
log = FileRecordLog(folder / "records", task="tickets", database=database, grace_s=grace_s)
"""
WRITE = (
    OPEN
    + """
journal = SqliteJournal(database)
writer = SegmentWriter(folder / "records", task="tickets", clock=clock, ids=UlidIds(), max_bytes=40_000, max_age_s=0.15,
                       fsync=False)
n = 0
while True:
    n += 1
    now = clock.now()
    ids = [f"{name}-{n}-{i}" for i in range(1 + n % 4)]
    if writer.predictions([answer(i, at=now, features="x" * (n % 300)) for i in ids]):
        os.write(1, "".join(f"P {i}\\n" for i in ids).encode())
    if n % 5 == 0:
        label = truth(f"{name}-{n}", at=now)
        if writer.labels([label]):
            os.write(1, f"L {label.digest}\\n".encode())
    if n % 20 == 0:
        event = journal.append(replace(event_draft(n), id=f"{name}-{n}"))[0]
        os.write(1, f"E {event.id}\\n".encode())
    if n % 7 == 0:
        writer.tick()
    time.sleep(0.002)
"""
)
SEAL = (
    OPEN
    + """
while True:
    problems = log.seal(now=clock.now()).problems
    os.write(1, f"S {problems}\\n".encode() if problems else b"S\\n")
    time.sleep(0.02)
"""
)


def start(script: str, folder: Path, name: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.told").open("wb") as told:
        return subprocess.Popen([sys.executable, "-c", script, str(folder), name, str(GRACE_S)], stdout=told)


def told(folder: Path, kind: str) -> list[str]:
    """What processes have acknowledged so far; a line cut off by a kill was not heard."""
    lines = [line for path in folder.glob("*.told") for line in path.read_text().split("\n")[:-1]]
    return [line[2:] for line in lines if line.startswith(f"{kind} ")]


def wait_for_word(folder: Path, names: list[str]) -> None:
    deadline = time.monotonic() + 60
    while not all((folder / f"{name}.told").stat().st_size for name in names):
        assert time.monotonic() < deadline, "a process never began"
        time.sleep(0.01)


def check(folder: Path, log: FileRecordLog) -> None:
    heard, heard_labels = told(folder, "P"), told(folder, "L")
    read = Counter(log.predictions(columns=["id"])["id"].to_list())
    labels = Counter(log.labels()["digest"].to_list())
    assert [i for i in heard if i not in read] == []
    assert [i for i in heard_labels if i not in labels] == []
    assert [i for i, n in (read + labels).items() if n > 1] == []


@pytest.mark.slow
def test_what_was_acknowledged_survives_kill_9_at_random_moments(tmp_path: Path) -> None:
    rng = random.Random(20261112)
    log = FileRecordLog(
        tmp_path / "records", task="tickets", database=Database(tmp_path / "workspace.db"), grace_s=GRACE_S
    )
    for number in range(ROUNDS):
        names = [f"w{number}x{i}" for i in range(N_WRITERS)]
        sealers = [f"s{number}x{i}" for i in range(2)]
        running = [start(WRITE, tmp_path, name) for name in names] + [start(SEAL, tmp_path, name) for name in sealers]
        try:
            wait_for_word(tmp_path, names + sealers)
            rng.shuffle(running)
            for process in running:
                time.sleep(rng.uniform(0.0, 0.25))
                process.send_signal(signal.SIGKILL)
                if rng.random() < 0.3:
                    check(tmp_path, log)
        finally:
            for process in running:
                process.kill()
                process.wait(30)
        check(tmp_path, log)
    assert len(told(tmp_path, "P")) > 50 * ROUNDS
    assert len(told(tmp_path, "S")) == 0, "a sealer met a problem"
    facts = tuple(SqliteJournal(Database(tmp_path / "workspace.db")).events())
    assert check_chain(facts) == ()
    assert set(told(tmp_path, "E")) <= {e.id for e in facts}
    later = max(log.predictions(columns=["at"])["at"])
    assert log.seal(now=later).problems == ()
    check(tmp_path, log)
    assert log.health().problems == ()
