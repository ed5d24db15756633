"""Heartbeats and leases in SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from classward.backends.sqlite.connection import Database
from classward.domain import format_time, parse_time
from classward.ports import Heartbeat

__all__ = ["SqliteHeartbeats", "SqliteLeases"]

_COLUMNS = "process_id, pid, task, bundle_hash, version, head_seq, n_lost, started_at, seen_at, turned_off"


class SqliteHeartbeats:
    """One row a worker, overwritten each time (fulfils ``ports.Heartbeats``)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        known = {row[1] for row in database.rows("PRAGMA table_info(heartbeats)")}
        self._shown = (
            _COLUMNS if "turned_off" in known else _COLUMNS.replace("turned_off", "''")
        )  # only read: not added

    def beat(self, heartbeat: Heartbeat) -> None:
        """Write this worker's row."""
        h = heartbeat
        values = (
            h.process_id, h.pid, h.task, h.bundle_hash, h.version, h.head_seq, h.n_lost, format_time(h.started_at),
            format_time(h.seen_at), ",".join(h.turned_off),
        )  # fmt: skip
        with self._database.transaction(is_durable=False) as connection:
            connection.execute(f"INSERT OR REPLACE INTO heartbeats ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", values)

    def forget(self, process_id: str) -> None:
        """Remove a worker."""
        with self._database.transaction(is_durable=False) as connection:
            connection.execute("DELETE FROM heartbeats WHERE process_id = ?", (process_id,))

    def alive(self, *, task: str, now: datetime, within_s: float) -> tuple[Heartbeat, ...]:
        """Workers seen lately."""
        since = format_time(now - timedelta(seconds=within_s))
        rows = self._database.rows(
            f"SELECT {self._shown} FROM heartbeats WHERE task = ? AND seen_at >= ? ORDER BY process_id", (task, since)
        )
        return tuple(
            Heartbeat(
                process_id=r[0], pid=r[1], task=r[2], bundle_hash=r[3], version=r[4], head_seq=r[5], n_lost=r[6],
                started_at=parse_time(r[7]), seen_at=parse_time(r[8]), turned_off=tuple(filter(None, r[9].split(","))),
            )
            for r in rows
        )  # fmt: skip


class SqliteLeases:
    """Named leases that run out (fulfils ``ports.Leases``)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, holder: str, *, now: datetime, ttl_s: float) -> bool:
        """Take or renew a lease."""
        with self._database.transaction(is_durable=False) as connection:
            row = connection.execute("SELECT holder, until_s FROM leases WHERE name = ?", (name,)).fetchone()
            if row and row[0] != holder and row[1] > now.timestamp():
                return False
            connection.execute("INSERT OR REPLACE INTO leases VALUES (?,?,?)", (name, holder, now.timestamp() + ttl_s))
            return True

    def until(self, name: str) -> datetime | None:
        """When a lease runs out, or ran out."""
        rows = self._database.rows("SELECT until_s FROM leases WHERE name = ?", (name,))
        return datetime.fromtimestamp(rows[0][0], UTC) if rows else None

    def release(self, name: str, holder: str) -> None:
        """Give the lease up."""
        with self._database.transaction(is_durable=False) as connection:
            connection.execute("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))
