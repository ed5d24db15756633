"""Sealed files: Parquet by kind and UTC date, whole or not there, each with the hash of its bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from classward.backends.record_log.manifest import SealedFile
from classward.backends.record_log.tables import SCHEMAS
from classward.domain import content_hash

__all__ = ["by_day", "check", "merge", "read_whole", "scan", "sha256_of", "write"]

_AT_ONCE = 1 << 18
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
    """Write the rows of one segment and date; the same bytes again give the same name."""
    path, sha256 = _whole(folder, _place(kind, day, stem), lambda draft: table.write_parquet(draft))
    return SealedFile(kind=kind, date=day, path=path, n_rows=table.height, sha256=sha256)


def scan(folder: Path, files: Sequence[SealedFile]) -> pl.LazyFrame:
    """Rows of sealed files of one kind; columns that files of earlier releases lack are null there."""
    paths = [folder / file.path for file in files]
    return pl.scan_parquet(paths, hive_partitioning=False, schema=SCHEMAS[files[0].kind], missing_columns="insert")


def merge(folder: Path, files: list[SealedFile], *, level: int) -> SealedFile:
    """Write the rows of several files of one kind and date into one, without holding them all.

    The name follows from the names of all its sources and from the bytes, so that two processes that merge different sets
    never meet, and two that merge the same set replace nothing by something else.
    """
    first = files[0]
    stem = f"{Path(first.path).stem.partition('+')[0]}+{content_hash([f.path for f in files])[:16]}"
    rows = scan(folder, files)
    path, sha256 = _whole(
        folder, _place(first.kind, first.date, stem), lambda draft: rows.sink_parquet(draft, maintain_order=True)
    )
    n_rows = sum(f.n_rows for f in files)
    is_late = any(f.is_late or not f.sha256 for f in files)
    return SealedFile(
        kind=first.kind, date=first.date, path=path, n_rows=n_rows, level=level, sha256=sha256, is_late=is_late
    )  # fmt: skip


def check(folder: Path, file: SealedFile) -> str:
    """What is wrong with a sealed file: other bytes than were written, or rows; empty if nothing.

    Without a hash all rows are read, and a change that leaves their number cannot be seen.
    """
    try:
        if file.sha256 and (found := sha256_of(folder / file.path)) != file.sha256:
            return f"{file.path}: not the bytes that were sealed (SHA-256 {found[:16]}…, sealed as {file.sha256[:16]}…)"
        n_rows = _n_rows(folder / file.path) if file.sha256 else read_whole(folder / file.path)
    except (OSError, pl.exceptions.PolarsError) as error:
        return f"{file.path}: cannot be read ({type(error).__name__})"
    return "" if n_rows == file.n_rows else f"{file.path}: {n_rows} rows, {file.n_rows} were written"


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_whole(path: Path) -> int:
    """Decode every row of a file, some at a time; their number."""
    n, rows = _n_rows(path), pl.scan_parquet(path, hive_partitioning=False)
    return sum(rows.slice(offset, _AT_ONCE).collect().height for offset in range(0, n, _AT_ONCE))


def _n_rows(path: Path) -> int:
    return int(pl.scan_parquet(path, hive_partitioning=False).select(pl.len()).collect().item())


def _place(kind: str, day: str, stem: str) -> str:
    return f"sealed/kind={kind}/date={day}/{stem}.parquet"


def _whole(folder: Path, place: str, fill: Callable[[Path], None]) -> tuple[str, str]:
    """Fill a draft, bring it to the disk, rename it to a name that tells its bytes; place and hash."""
    unnamed = folder / place
    _make(unnamed.parent)
    draft = unnamed.with_name(f".{unnamed.name}.{os.getpid()}")
    try:
        fill(draft)
        _to_disk(draft)
        sha256 = sha256_of(draft)
        target = unnamed.with_stem(f"{unnamed.stem}+{sha256[:12]}")
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    _to_disk(target.parent)
    return target.relative_to(folder).as_posix(), sha256


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
