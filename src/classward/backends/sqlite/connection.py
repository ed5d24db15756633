"""One SQLite file in WAL mode: opened once per thread, short transactions, a patient wait for the write lock."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    seen_at TEXT NOT NULL
);
"""


class Database:
    """A workspace's database; every thread and every forked process gets a connection of its own.

    Format promise: a workspace written by one release opens in every later one; a newer format than this release knows
    is refused (CW603). A file in a read-only folder is opened read-only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._is_read_only = path.exists() and not os.access(path, os.W_OK)
        if not self._is_read_only:
            with self.transaction() as connection:
                self._prepare(connection)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'format'").fetchone()
        version = connection.execute("SELECT version FROM format").fetchone() if found else None
        if version is not None and version[0] > _FORMAT:
            raise JournalError(
                "CW603", f"{self.path} was written by a newer release", got=f"format {version[0]}",
                why=f"this release knows formats up to {_FORMAT}", fix="install the newer release",
            )  # fmt: skip
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        if version is None:
            connection.execute("INSERT INTO format VALUES (?)", (_FORMAT,))

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        held = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():
            try:
                held = (os.getpid(), self._open())
            except sqlite3.Error as error:
                raise _failed(self.path, error) from error
            self._local.held = held
        connection: sqlite3.Connection = held[1]
        return connection

    def _open(self) -> sqlite3.Connection:
        mode = "ro" if self._is_read_only else "rwc"
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=_BUSY_MS / 1000
        )
        if not self._is_read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction that takes the lock at once, so that what it reads is what it writes after.

        Raises
        ------
        JournalError
            CW602 if the database is locked for too long, full, read-only or damaged; nothing is written.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple]:
        """All rows of one reading statement."""
        try:
            return self.connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error


def _failed(path: Path, error: sqlite3.Error) -> JournalError:
    return JournalError(
        "CW602",
        f"the workspace database {path.name} cannot be used",
        got=str(error),
        why="facts that are not recorded did not happen",
        fix="look for a full disk, missing rights, or a process that holds the lock",
    )
