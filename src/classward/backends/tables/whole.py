"""Tables read whole: what training sees."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl

from classward.backends.tables.attached import read_attached
from classward.backends.tables.delimited import read_frames
from classward.backends.tables.refusals import empty, find, unreadable
from classward.backends.tables.typed import typed
from classward.domain import DataSource
from classward.errors import DataError
from classward.ports import Attached

__all__ = ["FileTables"]

_AT_ONCE = 50_000


class FileTables:
    """Reads whole tables; relative places are looked up from ``base`` (fulfils ``ports.TableSource``)."""

    def __init__(self, *, base: Path) -> None:
        self._base = base

    def read(self, source: DataSource, *, as_written: Collection[str] = ()) -> pl.DataFrame:
        """Read everything."""
        table = self._query(source) if "://" in source.location else self._file(source.location, as_written)
        if not table.height:
            raise empty(source.location)
        return table

    def attached(self, source: DataSource, names: Sequence[str]) -> Iterator[Attached]:
        """Read files that rows name; relative paths are looked up beside the table."""
        is_file = "://" not in source.location
        return read_attached((self._base / source.location).parent if is_file else self._base, names)

    def _file(self, location: str, as_written: Collection[str]) -> pl.DataFrame:
        path = self._base / location
        kind = find(path, location)
        try:
            if kind == ".parquet":
                return pl.read_parquet(path, hive_partitioning=False)
            if kind in {".ndjson", ".jsonl"}:
                return _ndjson(path, location)
            frames = list(read_frames(path, location, n_rows=_AT_ONCE))
            return typed(pl.concat(frames), as_written=as_written) if frames else pl.DataFrame()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise unreadable(
                location, got=type(error).__name__, fix="check that the file is whole and may be read"
            ) from error

    def _query(self, source: DataSource) -> pl.DataFrame:
        scheme, _, place = source.location.partition("://")
        if scheme != "sqlite":
            raise DataError(
                "CW214", f"places of the kind {scheme!r} are not read",
                why="a path to a file works, and sqlite:///path (relative) or sqlite:////path with a query",
                fix="export the rows to Parquet or CSV",
            )  # fmt: skip
        if not source.query:
            raise DataError("CW214", "a database needs a query", fix='add query = "SELECT …"')
        path = self._base / place.removeprefix("/")
        if not path.is_file():
            raise DataError("CW211", f"{source.location} does not exist", got=str(path), fix="check the path")
        try:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            try:
                return pl.read_database(source.query, connection, infer_schema_length=None)
            finally:
                connection.close()
        except (sqlite3.Error, sqlite3.Warning, pl.exceptions.PolarsError, TypeError) as error:
            got = str(error) if isinstance(error, sqlite3.Error) else type(error).__name__
            raise DataError(
                "CW212", f"the query on {source.location} failed", got=got,
                fix="correct the query; each column needs values of one type",
            ) from error  # fmt: skip


def _ndjson(path: Path, location: str) -> pl.DataFrame:
    try:
        return pl.read_ndjson(path, infer_schema_length=None)
    except pl.exceptions.PolarsError as error:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip() and not _is_object(line):
                    fix = "write one JSON object a line, in UTF-8"
                    raise unreadable(location, got=f"line {number}: no JSON object", fix=fix) from error
        fix = "give each column values of one type"
        raise unreadable(location, got="values of different types in one column", fix=fix) from error


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
