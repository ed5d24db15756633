"""A disk that is really full, by the kernel's word: answers go on, losses are counted, writing resumes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

OPEN = """
import json, os, resource, signal, sys
from pathlib import Path
from classward.backends.clock import SystemClock, UlidIds
from classward.backends.record_log.log import FileRecordLog
from classward.backends.record_log.writer import SegmentWriter
from classward.backends.sqlite import Database, SqliteJournal
from classward.conformance.examples import answer, event_draft
from classward.errors import JournalError
from classward.lifecycle.release import check_chain
folder, records = Path(sys.argv[1]), Path(sys.argv[2])
database = Database(folder / "workspace.db")
log = FileRecordLog(records, task="tickets", database=database, grace_s=60.0)
writer = SegmentWriter(records, task="tickets", clock=SystemClock(), ids=UlidIds(), max_bytes=1 << 30, max_age_s=3600.0,
                       fsync=False)
kept, lost = [], []
def write(first, n, size=700):
    for i in range(first, first + n):
        (kept if writer.predictions([answer(f"r{i}", features="x" * size)]) else lost).append(f"r{i}")
def report():
    writer.close()
    told = log.counters()
    health = log.health()
    print(json.dumps({
        "kept": kept, "lost": lost, "n_lost": writer.n_lost, "read": log.predictions(columns=["id"])["id"].to_list(),
        "told": sum(told.filter(told["name"] == "unlogged")["n"].to_list()), "problems": health.problems,
        "torn": health.n_torn_bytes, "chain": check_chain(SqliteJournal(database).events()),
    }))
"""
LIMITED = (
    OPEN
    + """
def limit(n):
    resource.setrlimit(resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
write(0, 10)
limit(next((records / "open").glob("*.seg")).stat().st_size + 1500)
write(10, 10)
assert lost, "the limit was not met"
writer.tick()
limit(resource.RLIM_INFINITY)
write(20, 10)
report()
"""
)
FULL = (
    OPEN
    + """
journal = SqliteJournal(database)
journal.append(event_draft(1))
write(0, 10)
ballast = records / "ballast"
with ballast.open("wb", buffering=0) as file:
    try:
        while file.write(b"x" * 4096):
            pass
    except OSError:
        pass
write(10, 20)
assert lost, "the disk was not full"
try:
    for n in range(2, 400):
        journal.append(event_draft(n))
except JournalError as error:
    assert error.code == "CW602"
else:
    raise AssertionError("the journal did not notice")
problems = log.seal(now=SystemClock().now()).problems
ballast.unlink()
write(30, 10)
journal.append(event_draft(1000))
report()
assert log.seal(now=SystemClock().now()).problems == ()
read = log.predictions(columns=["id"])["id"].to_list()
assert sorted(read) == sorted(kept), "sealing changed the rows"
"""
)


def run(script: str, folder: Path, records: Path) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), str(records)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def check(told: dict[str, list[str]], last: list[str]) -> None:
    assert sorted(told["read"]) == sorted(told["kept"])
    assert set(last) <= set(told["kept"]), "writing did not resume"
    assert told["n_lost"] == told["told"] == len(told["lost"]) > 0
    assert told["problems"] == []
    assert told["torn"] == 0
    assert told["chain"] == []


@pytest.mark.slow
def test_a_file_that_may_not_grow_loses_no_acknowledged_answer(tmp_path: Path) -> None:
    told = run(LIMITED, tmp_path, tmp_path / "records")
    check(told, [f"r{n}" for n in range(20, 30)])
    assert set(told["kept"]) >= {f"r{n}" for n in range(10)}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk_loses_no_acknowledged_answer_and_no_fact(small_disk: Path) -> None:
    told = run(FULL, small_disk, small_disk / "records")
    check(told, [f"r{n}" for n in range(30, 40)])
