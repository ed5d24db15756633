"""What is sealed: segments, Parquet files and the digests of accepted labels, in the workspace database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import Protocol

__all__ = ["Manifest", "ManifestDatabase", "Sealed", "SealedFile", "Snapshot"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sealed_segments (
    task TEXT NOT NULL, segment TEXT NOT NULL, end_offset INTEGER NOT NULL, torn_bytes INTEGER NOT NULL,
    sealed_at_s REAL NOT NULL, problem TEXT NOT NULL DEFAULT '', PRIMARY KEY (task, segment)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sealed_files (
    task TEXT NOT NULL, kind TEXT NOT NULL, date TEXT NOT NULL, path TEXT NOT NULL, n_rows INTEGER NOT NULL,
    level INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (task, kind, date, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS merged_files (
    task TEXT NOT NULL, path TEXT NOT NULL, merged_at_s REAL NOT NULL, PRIMARY KEY (task, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sealed_hashes (
    task TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, hashed_at_s REAL NOT NULL, is_late INTEGER NOT NULL,
    PRIMARY KEY (task, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS label_digests (
    task TEXT NOT NULL, digest BLOB NOT NULL, received_at_s REAL NOT NULL, PRIMARY KEY (task, digest)
) WITHOUT ROWID;
"""
_AT_ONCE = 500
_IN_ONE_GO = 50_000


class ManifestDatabase(Protocol):
    """What the manifest needs of a database."""

    def declare(self, schema: str) -> None:
        """Make tables that are missing."""
        ...

    def transaction(self) -> AbstractContextManager[Connection]:
        """Write, all or nothing."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """Read one state, whatever is written meanwhile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A segment that is in Parquet up to an offset."""

    segment: str
    end: int
    n_torn_bytes: int
    sealed_at_s: float
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A Parquet file of one kind and UTC date; ``path`` is relative to the task's folder.

    ``sha256`` is of the bytes as they were written; empty where an earlier release wrote them and no round of sealing has
    come by since. ``is_late`` says that the hash, or that of a file merged into this one, was taken only then.
    """

    kind: str
    date: str
    path: str
    n_rows: int
    level: int = 0
    sha256: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Sealed segments and files as of one moment."""

    segments: frozenset[str]
    files: tuple[SealedFile, ...]


class Manifest:
    """The part of the manifest that is about one task."""

    def __init__(self, database: ManifestDatabase, *, task: str) -> None:
        self._database, self._task = database, task
        database.declare(_SCHEMA)

    def snapshot(self, kind: str, *, oldest: str, since_day: str, until_day: str) -> Snapshot:
        """Segments sealed (from name ``oldest`` on) and files of a kind between two days, in one state."""
        with self._database.reading() as connection:
            segments = connection.execute(
                "SELECT segment FROM sealed_segments WHERE task = ? AND segment >= ?", (self._task, oldest)
            ).fetchall()
            files = connection.execute(
                "SELECT kind, date, path, n_rows, level FROM sealed_files"
                " WHERE task = ? AND kind = ? AND date >= ? AND date <= ? ORDER BY date, path",
                (self._task, kind, since_day, until_day),
            ).fetchall()
        return Snapshot(segments=frozenset(row[0] for row in segments), files=tuple(map(_file, files)))

    def segments(self) -> dict[str, Sealed]:
        """All sealed segments by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT segment, end_offset, torn_bytes, sealed_at_s, problem FROM sealed_segments WHERE task = ?",
                (self._task,),
            ).fetchall()
        return {r[0]: Sealed(segment=r[0], end=r[1], n_torn_bytes=r[2], sealed_at_s=r[3], problem=r[4]) for r in rows}

    def files(self) -> tuple[SealedFile, ...]:
        """All sealed files, with their hashes as far as they are known."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT kind, date, path, n_rows, level FROM sealed_files WHERE task = ? ORDER BY kind, date, path",
                (self._task,),
            ).fetchall()
            known = _hashes(connection, self._task)
        return tuple(_file(row, *known.get(row[2], ("", 0))) for row in rows)

    def note_hash(self, file: SealedFile, sha256: str, *, at_s: float) -> bool:
        """Fill in the hash of a file that has none; ``False`` if the file is no longer named, or has one by now."""
        here = (self._task, file.path)
        with self._database.transaction() as connection:
            if not connection.execute("SELECT 1 FROM sealed_files WHERE task = ? AND path = ?", here).fetchone():
                return False
            row = (*here, sha256, at_s, 1)
            return bool(connection.execute("INSERT OR IGNORE INTO sealed_hashes VALUES (?,?,?,?,?)", row).rowcount)

    @contextmanager
    def named(self) -> Iterator[frozenset[str]]:
        """Paths of all files that are read or wait to be removed; none is added while this is held."""
        with self._database.transaction() as connection:
            queries = ("SELECT path FROM sealed_files WHERE task = ?", "SELECT path FROM merged_files WHERE task = ?")
            yield frozenset(row[0] for query in queries for row in connection.execute(query, (self._task,)))

    def record(
        self, sealed: Sealed, files: Sequence[SealedFile], *, is_there: Callable[[SealedFile], bool] = lambda file: True
    ) -> bool:
        """Note a segment and its files, once: ``False`` if somebody else has done it, or a file is gone."""
        with self._database.transaction() as connection:
            if not all(map(is_there, files)):
                return False
            row = (self._task, sealed.segment, sealed.end, sealed.n_torn_bytes, sealed.sealed_at_s, sealed.problem)
            if not connection.execute("INSERT OR IGNORE INTO sealed_segments VALUES (?,?,?,?,?,?)", row).rowcount:
                return False
            self._insert(connection, files, at_s=sealed.sealed_at_s)
        return True

    def replace(
        self,
        old: Sequence[SealedFile],
        new: SealedFile,
        *,
        at_s: float,
        is_there: Callable[[SealedFile], bool] = lambda file: True,
    ) -> bool:
        """Put one merged file in the place of others, or do nothing if one of them, or the new one, is gone."""
        paths = [(self._task, f.kind, f.date, f.path) for f in old]
        where = "task = ? AND kind = ? AND date = ? AND path = ?"
        with self._database.transaction() as connection:
            present = [connection.execute(f"SELECT 1 FROM sealed_files WHERE {where}", p).fetchone() for p in paths]
            if not all(present) or not is_there(new):
                return False
            connection.executemany(f"DELETE FROM sealed_files WHERE {where}", paths)
            connection.executemany(
                "DELETE FROM sealed_hashes WHERE task = ? AND path = ?", [(p[0], p[3]) for p in paths]
            )
            self._insert(connection, [new], at_s=at_s)
            gone = [(self._task, f.path, at_s) for f in old]
            connection.executemany("INSERT OR REPLACE INTO merged_files VALUES (?,?,?)", gone)
        return True

    def merged_before(self, at_s: float) -> tuple[str, ...]:
        """Paths of files that were merged into others up to a moment."""
        query = "SELECT path FROM merged_files WHERE task = ? AND merged_at_s <= ?"
        with self._database.reading() as connection:
            return tuple(row[0] for row in connection.execute(query, (self._task, at_s)).fetchall())

    def forget_merged(self, paths: Sequence[str]) -> None:
        """Note that merged files are removed."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM merged_files WHERE task = ? AND path = ?", [(self._task, p) for p in paths]
            )

    def known_digests(self, digests: Sequence[str]) -> frozenset[str]:
        """Which digests were accepted before."""
        keys = sorted({_key(digest): digest for digest in digests}.items())
        found: set[str] = set()
        with self._database.reading() as connection:
            for i in range(0, len(keys), _AT_ONCE):
                part = dict(keys[i : i + _AT_ONCE])
                marks = ",".join("?" * len(part))
                query = f"SELECT digest FROM label_digests WHERE task = ? AND digest IN ({marks})"
                found.update(part[row[0]] for row in connection.execute(query, (self._task, *part)))
        return frozenset(found)

    def remember_digests(self, digests: Sequence[str], *, received_at: datetime) -> None:
        """Note accepted labels, in transactions short enough that others get their turn."""
        at_s = received_at.timestamp()
        for i in range(0, len(digests), _IN_ONE_GO):
            rows = sorted((self._task, _key(digest), at_s) for digest in digests[i : i + _IN_ONE_GO])
            with self._database.transaction() as connection:
                connection.executemany("INSERT OR IGNORE INTO label_digests VALUES (?,?,?)", rows)

    def _insert(self, connection: Connection, files: Sequence[SealedFile], *, at_s: float) -> None:
        rows = [(self._task, f.kind, f.date, f.path, f.n_rows, f.level) for f in files]
        connection.executemany("INSERT INTO sealed_files VALUES (?,?,?,?,?,?)", rows)
        hashes = [(self._task, f.path, f.sha256, at_s, int(f.is_late)) for f in files if f.sha256]
        connection.executemany("INSERT OR REPLACE INTO sealed_hashes VALUES (?,?,?,?,?)", hashes)


def _hashes(connection: Connection, task: str) -> dict[str, tuple[str, int]]:
    """Hash and lateness by path; nothing where an earlier release made the database and it can only be read."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sealed_hashes'").fetchone():
        return {}
    rows = connection.execute("SELECT path, sha256, is_late FROM sealed_hashes WHERE task = ?", (task,)).fetchall()
    return {path: (sha256, is_late) for path, sha256, is_late in rows}


def _file(row: tuple, sha256: str = "", is_late: int = 0) -> SealedFile:
    kind, date, path, n_rows, level = row
    return SealedFile(
        kind=kind, date=date, path=path, n_rows=n_rows, level=level, sha256=sha256, is_late=bool(is_late)
    )  # fmt: skip


def _key(digest: str) -> bytes:
    """Half the space for SHA-256 in hexadecimal, as digests are; any other text as it is, marked."""
    try:
        key = bytes.fromhex(digest)
    except ValueError:
        key = b""
    return key if len(key) == 32 and key.hex() == digest else b"\0" + digest.encode()
