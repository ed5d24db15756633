"""The memory of watching in SQLite."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date

import msgspec

from classward.backends.sqlite.connection import Database
from classward.domain import BucketKey, DayBucket, KeptBuckets, Reference, WatchMemory
from classward.errors import RecordError

__all__ = ["SqliteWatchStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS watching (task TEXT PRIMARY KEY, revision INTEGER NOT NULL, memory BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS labels_taken (task TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (task, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS day_buckets (
    task TEXT NOT NULL, version INTEGER NOT NULL, route TEXT NOT NULL, day TEXT NOT NULL, crc INTEGER NOT NULL,
    bucket BLOB NOT NULL, PRIMARY KEY (task, version, route, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS day_references (
    task TEXT NOT NULL, version INTEGER NOT NULL, reference BLOB NOT NULL, PRIMARY KEY (task, version)
);
CREATE TABLE IF NOT EXISTS notices_sent (
    task TEXT NOT NULL, place TEXT NOT NULL, alert_id TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (task, place, alert_id, state)
) WITHOUT ROWID
"""
_AT_ONCE = 500


class SqliteWatchStore:
    """One row a task, one per label taken in, one per day and version and route (fulfils ``ports.WatchStore``)."""

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
        return frozenset(ids) - self.taken(ids, task=task)

    def taken(self, ids: Sequence[str], *, task: str) -> frozenset[str]:
        """Which ids have had a label taken in."""
        taken: set[str] = set()
        for start in range(0, len(ids), _AT_ONCE):
            part = list(ids[start : start + _AT_ONCE])
            marks = ",".join("?" * len(part))
            query = f"SELECT id FROM labels_taken WHERE task = ? AND id IN ({marks})"
            taken.update(row[0] for row in self._database.rows(query, (task, *part)))
        return frozenset(taken)

    def write(
        self, memory: WatchMemory, *, task: str, taken: Sequence[str] = (), buckets: Sequence[DayBucket] = ()
    ) -> bool:
        """Replace the memory, note the ids and replace the buckets, or nothing."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT revision FROM watching WHERE task = ?", (task,)).fetchone()
            if (row[0] if row else 0) != memory.revision - 1:
                return False
            connection.executemany("INSERT OR IGNORE INTO labels_taken VALUES (?,?)", [(task, i) for i in taken])
            rows = []
            for bucket in buckets:
                packed, key = zlib.compress(msgspec.json.encode(bucket)), bucket.key
                rows.append((task, key.version, key.route, key.day.isoformat(), zlib.crc32(packed), packed))
            connection.executemany("INSERT OR REPLACE INTO day_buckets VALUES (?,?,?,?,?,?)", rows)
            values = (task, memory.revision, msgspec.json.encode(memory))
            connection.execute("INSERT OR REPLACE INTO watching VALUES (?,?,?)", values)
        return True

    def buckets(
        self, *, task: str, version: int | None = None, route: str | None = None, since: date | None = None
    ) -> KeptBuckets:
        """What was kept of days."""
        query = "SELECT version, route, day, crc, bucket FROM day_buckets WHERE task = ? AND day >= ?"
        values: list[object] = [task, since.isoformat() if since else ""]
        for column, wanted in (("version", version), ("route", route)):
            if wanted is not None:
                query += f" AND {column} = ?"
                values.append(wanted)
        read, damaged = [], []
        for number, name, day, crc, packed in self._database.rows(
            f"{query} ORDER BY day, version, route", tuple(values)
        ):
            key = BucketKey(version=number, route=name, day=date.fromisoformat(day))
            bucket = _unpacked(packed, crc)
            if bucket is None or bucket.key != key:
                damaged.append(key)
            else:
                read.append(bucket)
        return KeptBuckets(buckets=tuple(read), damaged=tuple(damaged))

    def reference(self, *, task: str, version: int) -> Reference | None:
        """What a version's days are held against."""
        query = "SELECT reference FROM day_references WHERE task = ? AND version = ?"
        rows = self._database.rows(query, (task, version))
        try:
            return msgspec.json.decode(zlib.decompress(rows[0][0]), type=Reference) if rows else None
        except (zlib.error, msgspec.DecodeError, msgspec.ValidationError):
            return None

    def keep_reference(self, reference: Reference, *, task: str) -> None:
        """Store the reference of a version."""
        packed = zlib.compress(msgspec.json.encode(reference))
        with self._database.transaction() as connection:
            values = (task, reference.version, packed)
            connection.execute("INSERT OR REPLACE INTO day_references VALUES (?,?,?)", values)

    def sent(self, *, task: str, place: str) -> frozenset[tuple[str, str]]:
        """What a place was told."""
        query = "SELECT alert_id, state FROM notices_sent WHERE task = ? AND place = ?"
        return frozenset((row[0], row[1]) for row in self._database.rows(query, (task, place)))

    def note_sent(self, told: Sequence[tuple[str, str]], *, task: str, place: str) -> None:
        """Note that a place was told."""
        with self._database.transaction() as connection:
            rows = [(task, place, alert_id, state) for alert_id, state in told]
            connection.executemany("INSERT OR IGNORE INTO notices_sent VALUES (?,?,?,?)", rows)


def _unpacked(packed: bytes, crc: int) -> DayBucket | None:
    if zlib.crc32(packed) != crc:
        return None
    try:
        return msgspec.json.decode(zlib.decompress(packed), type=DayBucket)
    except (zlib.error, msgspec.DecodeError, msgspec.ValidationError):
        return None
