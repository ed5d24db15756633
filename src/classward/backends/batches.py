"""Table files of any size, read and written batch by batch with Polars."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from classward.errors import DataError

__all__ = ["BatchFiles"]

_SUFFIXES = (".parquet", ".csv", ".tsv", ".ndjson", ".jsonl")


class BatchFiles:
    """CSV, TSV, NDJSON and Parquet files as streams of frames (fulfils ``ports.TableStream``)."""

    def n_rows(self, location: str) -> int:
        """Count the rows without holding them."""
        try:
            return int(_scan(location).select(pl.len()).collect(engine="streaming").item())
        except pl.exceptions.PolarsError as error:
            raise _unreadable(location, error) from error

    def batches(self, location: str, *, n_rows: int) -> Iterator[pl.DataFrame]:
        """Frames of at most ``n_rows`` rows in file order."""
        try:
            yield from _scan(location).collect_batches(chunk_size=n_rows, maintain_order=True)
        except pl.exceptions.PolarsError as error:
            raise _unreadable(location, error) from error

    def sink(self, location: str) -> PartFiles:
        """Start a file that appears when finished."""
        return PartFiles(location)


class PartFiles:
    """Rows gathered in Parquet parts beside the target, then streamed into one file and renamed into place."""

    def __init__(self, location: str) -> None:
        self._target = Path(location)
        if self._target.suffix not in _SUFFIXES:
            raise _wrong_suffix(location)
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
        whole = self._folder / f"whole{self._target.suffix}"
        parts = pl.scan_parquet(sorted(self._folder.glob("*.parquet")))
        if self._target.suffix == ".parquet":
            parts.sink_parquet(whole)
        elif self._target.suffix in {".csv", ".tsv"}:
            parts.sink_csv(whole, separator="\t" if self._target.suffix == ".tsv" else ",")
        else:
            parts.sink_ndjson(whole)
        whole.replace(self._target)
        self.abandon()

    def abandon(self) -> None:
        """Remove the parts."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _scan(location: str) -> pl.LazyFrame:
    path = Path(location)
    if path.suffix not in _SUFFIXES:
        raise _wrong_suffix(location)
    if not path.is_file():
        raise DataError("CW211", f"{location} does not exist", fix="check the path")
    if not path.stat().st_size:
        raise DataError("CW213", f"{location} is empty", fix="give a table with rows")
    if path.suffix == ".parquet":
        return pl.scan_parquet(path)
    if path.suffix in {".csv", ".tsv"}:
        return pl.scan_csv(path, separator="\t" if path.suffix == ".tsv" else ",", infer_schema=False)
    return pl.scan_ndjson(path)


def _unreadable(location: str, error: Exception) -> DataError:
    return DataError(
        "CW212", f"{location} cannot be read", got=str(error).splitlines()[0], fix="check that the file is whole"
    )


def _wrong_suffix(location: str) -> DataError:
    return DataError("CW212", f"{location} is of no known kind", why=f"known: {', '.join(_SUFFIXES)}", fix="rename it")
