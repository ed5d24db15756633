"""The memory of watching in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from classward.backends.sqlite.connection import Database
from classward.domain import WatchMemory
from classward.errors import RecordError

__all__ = ["SqliteWatchStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS watching (task TEXT PRIMARY KEY, revision INTEGER NOT NULL, memory BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS labels_taken (task TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (task, id)) WITHOUT ROWID
"""
_AT_ONCE = 500


class SqliteWatchStore:
    """One row a task, and one per label taken in (fulfils ``ports.WatchStore``)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.declare(_SCHEMA)

    def read(self, *, task: str) -> WatchMemory:
        """What was last written."""
        rows = self._database.rows("SELECT memory FROM watching WHERE task = ?", (task,))
        if not rows:
            return WatchMemory()
        try:
            return msgspec.json.decode(rows[0][0], type=WatchMemory)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise RecordError(
                "CW620", "the evidence of watching cannot be read", got=str(error),
                why="alarms must not rest on damaged evidence",
                fix="restore the workspace from a backup",
            ) from error  # fmt: skip

    def not_yet_taken(self, ids: Sequence[str], *, task: str) -> frozenset[str]:
        """Which ids have had no label taken in."""
        taken: set[str] = set()
        for start in range(0, len(ids), _AT_ONCE):
            part = list(ids[start : start + _AT_ONCE])
            marks = ",".join("?" * len(part))
            query = f"SELECT id FROM labels_taken WHERE task = ? AND id IN ({marks})"
            taken.update(row[0] for row in self._database.rows(query, (task, *part)))
        return frozenset(ids) - taken

    def write(self, memory: WatchMemory, *, task: str, taken: Sequence[str]) -> bool:
        """Replace the memory and note the ids, or nothing."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT revision FROM watching WHERE task = ?", (task,)).fetchone()
            if (row[0] if row else 0) != memory.revision - 1:
                return False
            connection.executemany("INSERT OR IGNORE INTO labels_taken VALUES (?,?)", [(task, i) for i in taken])
            values = (task, memory.revision, msgspec.json.encode(memory))
            connection.execute("INSERT OR REPLACE INTO watching VALUES (?,?,?)", values)
        return True
