"""The shipped suite on every form of table that is read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from classward.backends.tables import FileTables
from classward.conformance.tables import TableSourceSuite
from classward.domain import DataSource
from classward.ports import TableSource


class _Files(TableSourceSuite):
    suffix = ""

    def make(self, folder: Path) -> TableSource:
        return FileTables(base=folder)

    def absent(self, folder: Path) -> DataSource:
        return DataSource(location=f"absent{self.suffix}")

    def store(self, folder: Path, table: pl.DataFrame) -> DataSource:
        path = folder / f"table{self.suffix}"
        self.write(path, table)
        return DataSource(location=path.name)

    def write(self, path: Path, table: pl.DataFrame) -> None:
        raise NotImplementedError


class TestCsv(_Files):
    suffix = ".csv"

    def write(self, path: Path, table: pl.DataFrame) -> None:
        table.write_csv(path)


class TestTsv(_Files):
    suffix = ".tsv"

    def write(self, path: Path, table: pl.DataFrame) -> None:
        table.write_csv(path, separator="\t")


class TestParquet(_Files):
    suffix = ".parquet"

    def write(self, path: Path, table: pl.DataFrame) -> None:
        table.write_parquet(path)


class TestNdjson(_Files):
    suffix = ".ndjson"

    def write(self, path: Path, table: pl.DataFrame) -> None:
        table.write_ndjson(path)


class TestSqlite(_Files):
    def store(self, folder: Path, table: pl.DataFrame) -> DataSource:
        with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
            kinds = {pl.String: "TEXT", pl.Int64: "INTEGER", pl.Float64: "REAL"}
            columns = ", ".join(f"{name} {kinds[type(dtype)]}" for name, dtype in table.schema.items())
            connection.execute(f"CREATE TABLE t ({columns})")
            marks = ", ".join("?" * table.width)
            connection.executemany(f"INSERT INTO t VALUES ({marks})", table.rows())
        return DataSource(location="sqlite:///shop.db", query="SELECT * FROM t")

    def absent(self, folder: Path) -> DataSource:
        return DataSource(location="sqlite:///absent.db", query="SELECT * FROM t")


del TableSourceSuite
