"""The shipped suites on SQLite."""

from __future__ import annotations

from pathlib import Path

from classward.backends.sqlite import Database, SqliteHeartbeats, SqliteJournal, SqliteLeases
from classward.conformance.journal import JournalSuite
from classward.conformance.presence import HeartbeatSuite, LeaseSuite
from classward.ports import Heartbeats, Journal, Leases


class TestSqliteJournal(JournalSuite):
    def make(self, folder: Path) -> Journal:
        return SqliteJournal(Database(folder / "workspace.db"))


class TestSqliteLeases(LeaseSuite):
    def make(self, folder: Path) -> Leases:
        return SqliteLeases(Database(folder / "workspace.db"))


class TestSqliteHeartbeats(HeartbeatSuite):
    def make(self, folder: Path) -> Heartbeats:
        return SqliteHeartbeats(Database(folder / "workspace.db"))
