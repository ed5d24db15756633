"""The user's rows: CSV, TSV, Parquet, NDJSON and SQLite, with text kept as text."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import polars as pl

from classward.domain import DataSource
from classward.errors import DataError

__all__ = ["FileTables"]

_KINDS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".ndjson": "ndjson", ".jsonl": "ndjson"}
_INTEGER = re.compile(r"^(0|-?[1-9][0-9]{0,17})$")


class FileTables:
    """Reads whole tables; relative places are looked up from ``base`` (fulfils ``ports.TableSource``)."""

    def __init__(self, *, base: Path) -> None:
        self._base = base

    def read(self, source: DataSource) -> pl.DataFrame:
        """Read everything."""
        table = self._query(source) if "://" in source.location else self._file(source.location)
        if not table.height:
            raise DataError("CW213", f"{source.location} has no rows", fix="give a table with rows")
        return table

    def _file(self, location: str) -> pl.DataFrame:
        path = self._base / location
        kind = _KINDS.get(path.suffix.lower())
        if not path.is_file():
            raise DataError("CW211", f"{location} does not exist", got=str(path), fix="check the path")
        if kind is None:
            raise DataError(
                "CW212", f"{location} is of no known kind", why=f"known: {', '.join(_KINDS)}", fix="convert it"
            )
        if not path.stat().st_size:
            raise DataError("CW213", f"{location} is empty", fix="give a table with rows")
        try:
            if kind == "parquet":
                return pl.read_parquet(path)
            if kind == "ndjson":
                return pl.read_ndjson(path, infer_schema_length=None)
            return _typed(_csv(path, location))
        except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
            raise DataError(
                "CW212", f"{location} cannot be read", got=str(error).splitlines()[0],
                fix="check that the file is whole, in UTF-8, and that every line has as many fields as the header",
            ) from error  # fmt: skip

    def _query(self, source: DataSource) -> pl.DataFrame:
        scheme, _, place = source.location.partition("://")
        if scheme != "sqlite":
            raise DataError(
                "CW214", f"database URLs of the kind {scheme!r} are not read", why="sqlite:///path works",
                fix="export the query to Parquet or CSV",
            )  # fmt: skip
        if not source.query:
            raise DataError("CW214", "a database needs a query", fix='add query = "SELECT …"')
        path = self._base / place.removeprefix("/") if not place.startswith("//") else Path(place[1:])
        if not path.is_file():
            raise DataError("CW211", f"{source.location} does not exist", got=str(path), fix="check the path")
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return pl.read_database(source.query, connection, infer_schema_length=None)
        except (sqlite3.Error, pl.exceptions.PolarsError) as error:
            raise DataError("CW212", "the query failed", got=str(error), fix="correct the query") from error
        finally:
            connection.close()


def _csv(path: Path, location: str) -> pl.DataFrame:
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    table = pl.read_csv(path, separator=separator, infer_schema=False, encoding="utf8")
    wrong = [name for name in table.columns if not name.strip() or "_duplicated_" in name]
    if wrong:
        raise DataError(
            "CW212", f"{location} has a header with empty or repeated names", got=", ".join(map(repr, wrong)),
            fix="name every column once",
        )  # fmt: skip
    return table


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(_column(table[name]) for name in table.columns)


def _column(text: pl.Series) -> pl.Series:
    """Give a text column its type only if every value is written as that type writes it: "001" stays text."""
    values = text.drop_nulls()
    if not len(values):
        return text
    if set(values.unique().head(3).to_list()) <= {"true", "false"} and values.is_in(["true", "false"]).all():
        return text == "true"
    if _INTEGER.match(values[0]) and values.str.contains(_INTEGER.pattern).all():
        return text.cast(pl.Int64)
    if values.str.contains(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$").all():
        return text.cast(pl.Float64)
    return text
