"""Sealed files: Parquet by kind and UTC date, whole or not there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from classward.backends.record_log.manifest import SealedFile
from classward.backends.record_log.tables import SCHEMAS
from classward.domain import content_hash

__all__ = ["by_day", "check", "merge", "scan", "write"]

_DAY_OF = {"prediction": "at", "label": "received_at", "quarantine": "received_at", "attribution": "at"}


def by_day(kind: str, table: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Rows of a kind by the UTC date of their answer or receipt, in order of date."""
    if kind == "counter":
        moment = pl.from_epoch(table["second"], time_unit="s")
    else:
        moment = table[_DAY_OF[kind]].dt.replace_time_zone(None)
    parts = table.with_columns(moment.dt.date().cast(pl.String).alias("_day")).partition_by(
        "_day", as_dict=True, include_key=False, maintain_order=True
    )
    return sorted((str(key[0]), part) for key, part in parts.items())


def write(folder: Path, kind: str, day: str, stem: str, table: pl.DataFrame) -> SealedFile:
    """Write the rows of one segment and date; the same rows again give the same name."""
    path = _place(kind, day, stem)
    _whole(folder / path, lambda draft: table.write_parquet(draft))
    return SealedFile(kind=kind, date=day, path=path, n_rows=table.height)


def scan(folder: Path, files: Sequence[SealedFile]) -> pl.LazyFrame:
    """Rows of sealed files of one kind; columns that files of earlier releases lack are null there."""
    paths = [folder / file.path for file in files]
    return pl.scan_parquet(paths, hive_partitioning=False, schema=SCHEMAS[files[0].kind], missing_columns="insert")


def merge(folder: Path, files: list[SealedFile], *, level: int) -> SealedFile:
    """Write the rows of several files of one kind and date into one, without holding them all.

    The name follows from the names of all its sources, so that two processes that merge different sets never meet.
    """
    first = files[0]
    stem = f"{Path(first.path).stem.partition('+')[0]}+{content_hash([f.path for f in files])[:16]}"
    path = _place(first.kind, first.date, stem)
    rows = scan(folder, files)
    _whole(folder / path, lambda draft: rows.sink_parquet(draft, maintain_order=True))
    n_rows = sum(f.n_rows for f in files)
    return SealedFile(kind=first.kind, date=first.date, path=path, n_rows=n_rows, level=level)


def check(folder: Path, file: SealedFile) -> str:
    """What is wrong with a sealed file, reading all of it; empty if nothing."""
    try:
        found = pl.read_parquet(folder / file.path, hive_partitioning=False).height
    except (OSError, pl.exceptions.PolarsError) as error:
        return f"{file.path}: cannot be read ({type(error).__name__})"
    return "" if found == file.n_rows else f"{file.path}: {found} rows, {file.n_rows} were written"


def _place(kind: str, day: str, stem: str) -> str:
    return f"sealed/kind={kind}/date={day}/{stem}.parquet"


def _whole(target: Path, fill: Callable[[Path], None]) -> None:
    """Fill a draft, bring it to the disk, rename it into place."""
    _make(target.parent)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fill(draft)
        _to_disk(draft)
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    _to_disk(target.parent)


def _make(folder: Path) -> None:
    """Make a folder and those above it, each known to the disk."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _to_disk(folder.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
