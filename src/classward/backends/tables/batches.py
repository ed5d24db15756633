"""Table files of any size, read and written batch by batch."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from classward.backends.tables.attached import read_attached
from classward.backends.tables.delimited import count_rows, read_frames
from classward.backends.tables.refusals import SUFFIXES, find, unreadable
from classward.errors import DataError
from classward.ports import Attached

__all__ = ["BatchFiles", "PartFiles"]


class BatchFiles:
    """CSV, TSV, NDJSON and Parquet files as streams of frames (fulfils ``ports.TableStream``)."""

    def n_rows(self, location: str) -> int:
        """Count the rows without holding them."""
        path = Path(location)
        if find(path, location) in {".csv", ".tsv"}:
            return count_rows(path, location)
        try:
            return int(_scan(path).select(pl.len()).collect(engine="streaming").item())
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _broken(location, error) from error

    def batches(self, location: str, *, n_rows: int) -> Iterator[pl.DataFrame]:
        """Frames of at most ``n_rows`` rows in file order."""
        path = Path(location)
        if find(path, location) in {".csv", ".tsv"}:
            yield from read_frames(path, location, n_rows=n_rows)
            return
        try:
            yield from _scan(path).collect_batches(chunk_size=n_rows, maintain_order=True)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _broken(location, error) from error

    def attached(self, location: str, names: Sequence[str]) -> Iterator[Attached]:
        """Read files that rows name; relative paths are looked up beside the table."""
        return read_attached(Path(location).parent, names)

    def sink(self, location: str) -> PartFiles:
        """Start a file that appears when finished."""
        return PartFiles(location)


class PartFiles:
    """Rows gathered in Parquet parts beside the target, then streamed into one file and renamed into place."""

    def __init__(self, location: str) -> None:
        self._target = Path(location)
        if self._target.suffix.lower() not in SUFFIXES:
            known = f"known: {', '.join(SUFFIXES)}"
            raise DataError("CW212", f"{location} is of no known kind", why=known, fix="rename it")
        if not self._target.parent.is_dir():
            raise DataError("CW211", f"{self._target.parent} is not a folder", fix="create it, or name another place")
        self._folder = Path(tempfile.mkdtemp(prefix=f".{self._target.name}.", dir=self._target.parent))
        self._n_parts = 0

    def write(self, table: pl.DataFrame) -> None:
        """Write one part."""
        table.write_parquet(self._folder / f"{self._n_parts:08d}.parquet")
        self._n_parts += 1

    def finish(self) -> None:
        """Join the parts in order and rename the result into place."""
        kind = self._target.suffix.lower()
        whole = self._folder / f"whole{kind}"
        parts = pl.scan_parquet(sorted(self._folder.glob("*.parquet")))
        if kind == ".parquet":
            parts.sink_parquet(whole)
        elif kind in {".csv", ".tsv"}:
            parts.sink_csv(whole, separator="\t" if kind == ".tsv" else ",")
        else:
            parts.sink_ndjson(whole)
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.replace(self._target)
        self.abandon()

    def abandon(self) -> None:
        """Remove the parts."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _scan(path: Path) -> pl.LazyFrame:
    if path.suffix.lower() == ".parquet":
        return pl.scan_parquet(path, hive_partitioning=False)
    return pl.scan_ndjson(path, infer_schema_length=None)


def _broken(location: str, error: Exception) -> DataError:
    return unreadable(location, got=type(error).__name__, fix="check that the file is whole and may be read")
