"""One SQLite file in WAL mode: opened once per thread, short transactions, a patient wait for the write lock."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classward.backends.sqlite.copied import readable_copy
from classward.errors import JournalError

__all__ = ["Database"]

_BUSY_MS = 15_000
_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS format (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
    actor TEXT NOT NULL, why TEXT NOT NULL, payload TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
    format_version INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of_task ON events (task, kind, seq);
CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_s REAL NOT NULL);
CREATE TABLE IF NOT EXISTS heartbeats (
    process_id TEXT PRIMARY KEY, pid INTEGER NOT NULL, task TEXT NOT NULL, bundle_hash TEXT NOT NULL,
    version INTEGER NOT NULL, head_seq INTEGER NOT NULL, n_lost INTEGER NOT NULL, started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL, turned_off TEXT NOT NULL DEFAULT ''
);
"""
_ADDED = (("heartbeats", "turned_off", "TEXT NOT NULL DEFAULT ''"),)
"""Columns that came after the first release of the format; older releases pass over them."""


class Database:
    """A workspace's database; every thread and every forked process gets a connection of its own.

    Format promise: a workspace written by one release opens in every later one, and is brought up to date in place; a
    newer format than this release knows is refused (CW603), never half read. In a folder or on a file system that
    cannot be written, it is opened for reading: what a copy holds, its write-ahead log included, is read and
    nothing changes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._inherited: list[sqlite3.Connection] = []
        self._is_read_only = path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self._copy = readable_copy(path) if self._is_read_only else None
        if self._is_read_only:
            self._refuse_newer(self.rows("SELECT version FROM format"))
        else:
            with self.transaction() as connection:
                self._prepare(connection)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written here."""
        return self._is_read_only

    def declare(self, schema: str) -> None:
        """Make the tables of a schema that are missing; a database that is only read is left as it is."""
        if not self._is_read_only:
            with self.transaction() as connection:
                for statement in schema.split(";"):
                    connection.execute(statement)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'format'").fetchone()
        versions = connection.execute("SELECT version FROM format").fetchall() if found else []
        self._refuse_newer(versions)
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        for table, column, kind in _ADDED:
            if column not in {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        if not versions:
            connection.execute("INSERT INTO format VALUES (?)", (_FORMAT,))

    def _refuse_newer(self, versions: list[tuple]) -> None:
        if versions and versions[0][0] > _FORMAT:
            raise JournalError(
                "CW603", f"{self.path.name} was written by a newer release", got=f"format {versions[0][0]}",
                why=f"this release knows formats up to {_FORMAT}", fix="install the newer release",
            )  # fmt: skip

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] != os.getpid():
            self._inherited.append(held[1])  # closing what a parent opened would disturb the parent
            held = None
        if held is None:
            try:
                held = (os.getpid(), self._open())
            except sqlite3.Error as error:
                raise _failed(self.path, error) from error
            self._local.held = held
        connection: sqlite3.Connection = held[1]
        return connection

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            held[1].close()
            self._local.held = None

    def _open(self) -> sqlite3.Connection:
        place = f"{self.path.resolve().as_uri()}?mode=rwc" if self._copy is None else self._copy.uri
        connection = sqlite3.connect(place, uri=True, isolation_level=None, timeout=_BUSY_MS / 1000)
        if not self._is_read_only and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        return connection

    @contextmanager
    def transaction(self, *, is_durable: bool = True) -> Iterator[sqlite3.Connection]:
        """A write transaction that takes the lock at once, so that what it reads is what it writes after.

        A durable one has reached the disk when it ends; another may be undone by a power cut, whole, never in part.

        Raises
        ------
        JournalError
            CW602 if the database is locked for too long, full, read-only or damaged; nothing is written.
        """
        if self._is_read_only:
            raise _failed(self.path, "the folder or file cannot be written")
        connection = self.connection
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            with _undone_on_failure(connection):
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Several statements that see one state, whatever is written meanwhile.

        Raises
        ------
        JournalError
            CW602 if the database cannot be read.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN")
            with _undone_on_failure(connection):
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple]:
        """All rows of one reading statement."""
        try:
            return self.connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error


@contextmanager
def _undone_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk ends the transaction by itself
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def _failed(path: Path, error: sqlite3.Error | str) -> JournalError:
    return JournalError(
        "CW602",
        f"the workspace database {path.name} cannot be used",
        got=str(error),
        why="facts that are not recorded did not happen",
        fix="look for a full disk, missing rights, or a process that holds the lock",
    )
