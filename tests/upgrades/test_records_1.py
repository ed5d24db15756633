"""Records sealed before files had hashes: they are read, shown as not checked, and get their hash when sealing runs.

``records-1`` is never written again: each test works on a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from classward.backends.record_log.log import FileRecordLog
from classward.backends.sqlite import Database
from classward.conformance.examples import START

HERE = Path(__file__).parent / "records-1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "records", tmp_path / "records")
    connection = sqlite3.connect(tmp_path / "workspace.db")
    connection.executescript((HERE / "workspace.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return tmp_path


def log_in(folder: Path) -> FileRecordLog:
    return FileRecordLog(folder / "records", task="tickets", database=Database(folder / "workspace.db"), grace_s=60.0)


def test_what_was_written_then_is_read_now(folder: Path) -> None:
    log = log_in(folder)
    assert sorted(log.predictions()["id"]) == ["a", "b", "c", "d"]
    assert log.labels()["id"].to_list() == ["a"]
    health = log.health()
    assert (health.n_sealed_files, health.n_unhashed, health.problems) == (3, 3, ())


def test_sealing_fills_in_what_is_missing_and_says_so(folder: Path) -> None:
    log = log_in(folder)
    report = log.seal(now=START)
    assert (report.n_segments, report.n_hashed, report.problems) == (1, 3, ())
    health = log.health()
    assert (health.n_sealed_files, health.n_unhashed, health.n_hashed_late) == (4, 0, 3)
    assert log.seal(now=START).n_hashed == 0
    for path in (folder / "records").rglob("kind=label/*/*.parquet"):
        path.write_bytes(path.read_bytes() + b" ")
    assert "kind=label" in log.health().problems[0]
    later = log.seal(now=START + timedelta(days=9))
    assert later.n_merged_files == 2
    assert log.health().n_hashed_late == 3, "a file merged of late ones is late"
    assert sorted(log.predictions()["id"]) == ["a", "b", "c", "d"]


def test_what_cannot_be_read_gets_no_hash(folder: Path) -> None:
    (victim,) = (folder / "records").rglob("date=2026-11-07/*.parquet")
    victim.write_bytes(victim.read_bytes()[:-20])
    log = log_in(folder)
    report = log.seal(now=START)
    assert report.n_hashed == 2
    assert victim.name in report.problems[0]
    assert log.health().n_unhashed == 1


def test_a_copy_that_can_only_be_read_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classward.backends.sqlite.connection.os.access", lambda *_: False)
    log = log_in(folder)
    assert sorted(log.predictions()["id"]) == ["a", "b", "c", "d"]
    assert (log.health().n_unhashed, log.health().problems) == (3, ())
