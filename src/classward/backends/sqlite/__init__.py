"""Everything that is kept in the workspace's one SQLite file."""

from classward.backends.sqlite.connection import Database
from classward.backends.sqlite.journal import SqliteJournal
from classward.backends.sqlite.presence import SqliteHeartbeats, SqliteLeases
from classward.backends.sqlite.watching import SqliteWatchStore

__all__ = ["Database", "SqliteHeartbeats", "SqliteJournal", "SqliteLeases", "SqliteWatchStore"]
