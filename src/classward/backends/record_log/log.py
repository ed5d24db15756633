"""Reading and sealing: segments and Parquet as one log."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Protocol

import polars as pl

from classward.backends.record_log import frames
from classward.backends.record_log.tables import SCHEMAS, tables_of
from classward.errors import RecordError
from classward.ports import LogHealth, SealReport

__all__ = ["FileRecordLog"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sealed_segments (
    task TEXT NOT NULL, segment TEXT NOT NULL, end_offset INTEGER NOT NULL, torn_bytes INTEGER NOT NULL,
    sealed_at_s REAL NOT NULL, PRIMARY KEY (task, segment)
);
CREATE TABLE IF NOT EXISTS sealed_files (
    task TEXT NOT NULL, segment TEXT NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, n_rows INTEGER NOT NULL,
    PRIMARY KEY (task, path)
);
CREATE TABLE IF NOT EXISTS label_digests (
    task TEXT NOT NULL, digest TEXT NOT NULL, received_at_s REAL NOT NULL, PRIMARY KEY (task, digest)
) WITHOUT ROWID;
"""
_AT_ONCE = 500


class _Database(Protocol):
    def transaction(self) -> AbstractContextManager[Connection]: ...
    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple]: ...


class FileRecordLog:
    """One task's records in a folder (fulfils ``ports.RecordLog``)."""

    def __init__(self, folder: Path, *, task: str, database: _Database, grace_s: float) -> None:
        self.folder, self._task, self._database, self._grace_s = folder, task, database, grace_s
        with database.transaction() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def predictions(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        ids: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Logged answers."""
        wanted = []
        if since is not None:
            wanted.append(pl.col("at") >= since)
        if until is not None:
            wanted.append(pl.col("at") < until)
        if ids is not None:
            wanted.append(pl.col("id").is_in(list(ids)))
        return self._read("prediction", wanted, columns)

    def labels(self) -> pl.DataFrame:
        """Accepted labels, duplicates kept."""
        return self._read("label", [], None)

    def quarantined(self) -> pl.DataFrame:
        """Labels set aside."""
        return self._read("quarantine", [], None)

    def counters(self) -> pl.DataFrame:
        """Per-second counters."""
        return self._read("counter", [], None)

    def known_digests(self, digests: Sequence[str]) -> frozenset[str]:
        """Which digests were accepted before."""
        found: set[str] = set()
        for i in range(0, len(digests), _AT_ONCE):
            part = digests[i : i + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT digest FROM label_digests WHERE task = ? AND digest IN ({marks})"
            found |= {row[0] for row in self._database.rows(query, (self._task, *part))}
        return frozenset(found)

    def remember_digests(self, digests: Sequence[str], *, received_at: datetime) -> None:
        """Note accepted labels."""
        at = received_at.timestamp()
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO label_digests VALUES (?,?,?)", [(self._task, d, at) for d in digests]
            )

    def seal(self, *, now: datetime) -> SealReport:
        """Turn finished and abandoned segments into Parquet."""
        sealed = dict(self._sealed_segments())
        counts = {"n_segments": 0, "n_predictions": 0, "n_labels": 0, "n_torn_bytes": 0, "n_removed_segments": 0}
        for path in self._segments():
            if path.name in sealed:
                if now.timestamp() - sealed[path.name][1] >= self._grace_s:
                    path.unlink(missing_ok=True)
                    counts["n_removed_segments"] += 1
                continue
            for name, n in self._seal_one(path, now).items():
                counts[name] += n
        return SealReport(**counts)

    def health(self) -> LogHealth:
        """Check every frame and file."""
        sealed = dict(self._sealed_segments())
        problems: list[str] = []
        torn = sum(torn for torn, _ in sealed.values())
        open_segments = [p for p in self._segments() if p.name not in sealed]
        for path in open_segments:
            data = path.read_bytes()
            torn += len(data) - _end_of(data)
        files = self._database.rows("SELECT path, n_rows FROM sealed_files WHERE task = ?", (self._task,))
        for name, n_rows in files:
            problem = _check_file(self.folder / name, n_rows)
            problems += [problem] if problem else []
        counters = self.counters()
        lost = int(counters.filter(pl.col("name") == "unlogged")["n"].sum())
        return LogHealth(
            n_sealed_files=len(files), n_open_segments=len(open_segments), n_torn_bytes=torn, n_lost=lost,
            problems=tuple(problems),
        )  # fmt: skip

    def _read(self, kind: str, wanted: list[pl.Expr], columns: Sequence[str] | None) -> pl.DataFrame:
        segments = self._segments()  # before the manifest: what is sealed meanwhile is then read from its file still
        sealed = {name for name, _ in self._sealed_segments()}
        files = self._database.rows(
            "SELECT path FROM sealed_files WHERE task = ? AND kind = ? ORDER BY path", (self._task, kind)
        )
        keep = list(columns) if columns is not None else list(SCHEMAS[kind])
        parts = [pl.LazyFrame(schema=SCHEMAS[kind])]
        if files:
            parts.append(pl.scan_parquet([self.folder / row[0] for row in files], hive_partitioning=False))
        for path in segments:
            if path.name not in sealed:
                payloads = [payload for _, payload in frames.scan(_bytes_of(path), len(frames.HEADER))]
                table = tables_of(p for p in payloads if _is(p, kind)).get(kind)
                if table is not None:
                    parts.append(table.lazy())
        whole = pl.concat(parts)
        return (whole.filter(*wanted) if wanted else whole).select(keep).collect()

    def _segments(self) -> list[Path]:
        return sorted((self.folder / "open").glob("*.seg"))

    def _sealed_segments(self) -> list[tuple[str, tuple[int, float]]]:
        query = "SELECT segment, torn_bytes, sealed_at_s FROM sealed_segments WHERE task = ?"
        return [(row[0], (row[1], row[2])) for row in self._database.rows(query, (self._task,))]

    def _seal_one(self, path: Path, now: datetime) -> dict[str, int]:
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return {}
            data = path.read_bytes()
            tables = tables_of(payload for _, payload in frames.scan(data, len(frames.HEADER)))
            end = _end_of(data)
            written = [w for kind, table in tables.items() for w in self._write(path.stem, kind, table)]
            self._record(path.name, end, len(data) - end, written, now)
        finally:
            os.close(file)
        return {
            "n_segments": 1, "n_torn_bytes": len(data) - end,
            "n_predictions": tables["prediction"].height if "prediction" in tables else 0,
            "n_labels": tables["label"].height if "label" in tables else 0,
        }  # fmt: skip

    def _write(self, stem: str, kind: str, table: pl.DataFrame) -> list[tuple[str, str, int]]:
        by = {"prediction": "at", "label": "received_at", "quarantine": "received_at"}.get(kind)
        days = (pl.from_epoch(table["second"], time_unit="s").dt.date() if by is None else table[by].dt.date()).alias(
            "_day"
        )
        made = []
        for (day,), part in table.with_columns(days).group_by(["_day"], maintain_order=True):
            name = f"sealed/kind={kind}/date={day}/{stem}.parquet"
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.{os.getpid()}")
            with draft.open("wb") as file:
                part.drop("_day").write_parquet(file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            made.append((kind, name, part.height))
        return made

    def _record(self, segment: str, end: int, torn: int, written: list[tuple[str, str, int]], now: datetime) -> None:
        with self._database.transaction() as connection:
            row = (self._task, segment, end, torn, now.timestamp())
            if connection.execute("INSERT OR IGNORE INTO sealed_segments VALUES (?,?,?,?,?)", row).rowcount:
                files = [(self._task, segment, kind, name, n) for kind, name, n in written]
                connection.executemany("INSERT INTO sealed_files VALUES (?,?,?,?,?)", files)


def _is(payload: tuple, kind: str) -> bool:
    return payload[0] == kind[0]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RecordError(
            "CW702", f"segment {path.name} vanished while it was read", why="its grace period is too short",
            fix="raise CLASSWARD_SEGMENT_GRACE_S and read again",
        ) from None  # fmt: skip


def _end_of(data: bytes) -> int:
    end = min(len(frames.HEADER), len(data))
    for end, _ in frames.scan(data, len(frames.HEADER)):
        pass
    return end


def _check_file(path: Path, n_rows: int) -> str:
    try:
        found = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (OSError, pl.exceptions.PolarsError) as error:
        return f"{path.name}: {str(error).splitlines()[0]}"
    return "" if found == n_rows else f"{path.name}: {found} rows, {n_rows} were written"
