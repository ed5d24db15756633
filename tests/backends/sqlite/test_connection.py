"""The database file: read where nothing can be written, refused when newer, patient with others, whole when full."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from classward.backends.record_log.log import FileRecordLog
from classward.backends.sqlite import Database, SqliteHeartbeats, SqliteJournal, SqliteLeases, connection
from classward.conformance.examples import START, event_draft
from classward.domain import format_time
from classward.errors import JournalError
from classward.lifecycle.release import check_chain

NOBODY = 65_534


def journal(path: Path) -> SqliteJournal:
    return SqliteJournal(Database(path))


def test_it_is_in_wal_mode_and_facts_wait_for_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "workspace.db")
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    SqliteJournal(database).append(event_draft(1))
    assert database.rows("PRAGMA synchronous") == [(2,)]


def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    database = Database(path)
    with database.transaction() as writing:
        writing.execute("UPDATE format SET version = 999")
    database.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="CW603"):
        Database(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 50)
    with pytest.raises(JournalError, match="CW602"):
        Database(path)


def test_a_lock_held_too_long_is_told_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 100)
    path = tmp_path / "workspace.db"
    facts, other = journal(path), Database(path)
    with other.transaction(), pytest.raises(JournalError, match="CW602"):
        facts.append(event_draft(1))
    facts.append(event_draft(2))
    assert [e.id for e in facts.events()] == [event_draft(2).id]


def test_a_full_disk_undoes_the_whole_append_and_the_next_one_works(tmp_path: Path) -> None:
    database = Database(tmp_path / "workspace.db")
    facts = SqliteJournal(database)
    facts.append(event_draft(0))
    (pages,) = database.rows("PRAGMA page_count")[0]
    database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(JournalError, match="CW602"):
        facts.append(*(event_draft(n) for n in range(1, 500)))
    database.connection.execute("PRAGMA max_page_count = 1000000")
    facts.append(event_draft(501))
    assert [e.id for e in facts.events()] == [event_draft(0).id, event_draft(501).id]
    assert check_chain(facts.events()) == ()


def test_an_exception_inside_undoes_everything(tmp_path: Path) -> None:
    database = Database(tmp_path / "workspace.db")
    with contextlib.suppress(KeyError), database.transaction() as writing:
        writing.execute("INSERT INTO leases VALUES ('watch', 'a', 1.0)")
        raise KeyError
    with database.transaction():
        pass
    assert database.rows("SELECT * FROM leases") == []


def test_one_state_is_read_while_others_write(tmp_path: Path) -> None:
    database = Database(tmp_path / "workspace.db")
    facts = SqliteJournal(database)
    facts.append(event_draft(1))
    with database.reading() as reading:
        assert reading.execute("SELECT count(*) FROM events").fetchone() == (1,)
        other = threading.Thread(target=facts.append, args=(event_draft(2),))
        other.start()
        other.join()
        assert reading.execute("SELECT count(*) FROM events").fetchone() == (1,)
    assert facts.head().seq == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_a_connection_of_its_own(tmp_path: Path) -> None:
    facts = journal(tmp_path / "workspace.db")
    facts.append(event_draft(1))
    child = os.fork()
    if child == 0:
        facts.append(event_draft(2))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    facts.append(event_draft(3))
    assert [e.seq for e in facts.events()] == [1, 2, 3]
    assert check_chain(facts.events()) == ()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that any user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="classward-test-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
    shutil.rmtree(folder)


READ = """
import os, sys
from pathlib import Path
from classward.backends.sqlite import Database, SqliteJournal
from classward.backends.record_log.log import FileRecordLog
from classward.conformance.examples import event_draft
from classward.domain import format_time
from classward.errors import JournalError
folder, nobody = Path(sys.argv[1]), int(sys.argv[2])
FileRecordLog(folder.parent / "warm", task="t", database=Database(folder.parent / "warm.db"), grace_s=1.0).labels()
if os.geteuid() == 0:  # rights are nothing to root
    os.setgroups([])
    os.setgid(nobody)
    os.setuid(nobody)
database = Database(folder / "workspace.db")
log = FileRecordLog(folder / "records", task="tickets", database=database, grace_s=60.0)
assert database.is_read_only
assert log.labels().height == 0
try:
    SqliteJournal(database).append(event_draft(99))
except JournalError as error:
    assert error.code == "CW602", error
else:
    raise AssertionError("written")
print([e.seq for e in SqliteJournal(database).events()])
"""


@pytest.mark.parametrize("is_log_pending", [False, True])
def test_a_copy_in_a_read_only_folder_is_read_whole(public_folder: Path, is_log_pending: bool) -> None:
    """Copied as rsync would while the original is open: the newest events are in the write-ahead log."""
    original, copy = public_folder / "original", public_folder / "copy"
    original.mkdir()
    database = Database(original / "workspace.db")
    FileRecordLog(original / "records", task="tickets", database=database, grace_s=60.0)
    SqliteJournal(database).append(event_draft(1), event_draft(2))
    if not is_log_pending:
        database.close()
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("*-shm"))
    assert (copy / "workspace.db-wal").exists() is is_log_pending
    for path in copy.iterdir():
        path.chmod(0o444)
    copy.chmod(0o555)
    before = sorted(p.name for p in copy.iterdir())
    command = [sys.executable, "-c", READ, str(copy), str(NOBODY)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[1, 2]", run.stderr
    assert sorted(p.name for p in copy.iterdir()) == before


def test_many_threads_share_leases_and_heartbeats_without_an_error(tmp_path: Path) -> None:
    database = Database(tmp_path / "workspace.db")
    leases, beats = SqliteLeases(database), SqliteHeartbeats(database)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(20):
                leases.acquire("watch", f"h{number}", now=START, ttl_s=1.0)
                beats.forget(f"w{number}")
        except JournalError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_file_is_plain_sqlite_that_other_tools_read(tmp_path: Path) -> None:
    journal(tmp_path / "workspace.db").append(event_draft(1))
    other = sqlite3.connect(tmp_path / "workspace.db")
    assert other.execute("SELECT seq, task, kind FROM events").fetchall() == [(1, "tickets", "compared")]
    other.close()


@pytest.mark.parametrize("is_read_only", [False, True])
def test_heartbeats_of_a_database_older_than_a_column_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_read_only: bool
) -> None:
    path = tmp_path / "workspace.db"
    Database(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE heartbeats DROP COLUMN turned_off")
        at = format_time(START)
        connection.execute("INSERT INTO heartbeats VALUES ('p', 1, 'desk', 'b', 1, 1, 0, ?, ?)", (at, at))
    if is_read_only:
        monkeypatch.setattr("classward.backends.sqlite.connection.os.access", lambda *_: False)
    (beat,) = SqliteHeartbeats(Database(path)).alive(task="desk", now=START, within_s=5.0)
    assert (beat.process_id, beat.turned_off) == ("p", ())
