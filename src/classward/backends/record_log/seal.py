"""Sealing: finished and abandoned segments become Parquet, small files become large ones, what is done with goes.

What is merged is compared with its hash first, lest a changed file get a new hash; what has no hash yet is given one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import polars as pl

from classward.backends.record_log import parquet
from classward.backends.record_log.frames import payloads_of, state_of
from classward.backends.record_log.manifest import Manifest, Sealed, SealedFile
from classward.backends.record_log.orphans import remove_orphans
from classward.backends.record_log.tables import tables_of
from classward.ports import SealReport

__all__ = ["seal"]

_FAN_IN = 16
_ORPHANS_LIVE_S = 3600.0
_MOST_ROWS = 5_000_000
_MOST_HASHED_BYTES = 1 << 30


@dataclass(slots=True, kw_only=True)
class _Done:
    n_segments: int = 0
    n_predictions: int = 0
    n_labels: int = 0
    n_torn_bytes: int = 0
    n_removed_segments: int = 0
    n_merged_files: int = 0
    n_orphans: int = 0
    n_hashed: int = 0

    def report(self, problems: list[str]) -> SealReport:
        return SealReport(
            n_segments=self.n_segments, n_predictions=self.n_predictions, n_labels=self.n_labels,
            n_torn_bytes=self.n_torn_bytes, n_removed_segments=self.n_removed_segments,
            n_merged_files=self.n_merged_files, n_orphans=self.n_orphans, n_hashed=self.n_hashed,
            problems=tuple(problems),
        )  # fmt: skip


def seal(
    folder: Path,
    manifest: Manifest,
    *,
    now: datetime,
    grace_s: float,
    sweeps: bool = False,
    damaged: dict[str, str] | None = None,
) -> SealReport:
    """Seal what no writer holds, merge small files, remove what readers that began before cannot need any more.

    What fails is listed and left for the next pass; it stops nothing else. Any number of sealers at once do no harm:
    file names follow from the segment, and the manifest takes each segment once. With ``sweeps``, files that a crash left
    unnamed are looked for and removed, too. ``damaged`` (path: problem) keeps what was found wrong with sealed files, so
    that they are not read again in every round; they stay as they are, unmerged.
    """
    done, problems, damaged = _Done(), [], {} if damaged is None else damaged
    sealed = manifest.segments()
    for path in sorted((folder / "open").glob("*.seg")):
        try:
            before = sealed.get(path.name)
            if before is None:
                problem = _seal_one(folder, path, manifest, now, done)
                problems += [f"segment {path.name}: {problem}"] if problem else []
            elif not before.problem and now.timestamp() - before.sealed_at_s >= grace_s:
                path.unlink(missing_ok=True)
                done.n_removed_segments += 1
        except (OSError, pl.exceptions.PolarsError) as error:
            problems.append(f"segment {path.name}: not sealed ({_short(error)})")
    for group in _to_merge(tuple(f for f in manifest.files() if f.path not in damaged), today=now.date()):
        try:
            if all(_is_sound(folder, file, damaged) for file in group):
                done.n_merged_files += _merge_one(folder, group, manifest, now)
        except (OSError, pl.exceptions.PolarsError) as error:
            if isinstance(error, FileNotFoundError) and not {f.path for f in group} <= {
                f.path for f in manifest.files()
            }:
                continue  # another sealer merged them meanwhile
            problems.append(f"{group[0].path}: not merged ({_short(error)})")
    try:
        _hash_late(folder, manifest, now, done, damaged)
    except OSError as error:
        problems.append(f"sealed files without a hash: not read ({_short(error)})")
    if damaged:  # but for those that somebody else has merged and removed meanwhile
        problems += [damaged[file.path] for file in manifest.files() if file.path in damaged]
    problems += _remove_merged(folder, manifest, now.timestamp() - grace_s)
    if sweeps:
        try:
            done.n_orphans = remove_orphans(
                folder, manifest, older_than_s=now.timestamp() - max(grace_s, _ORPHANS_LIVE_S)
            )
        except FileNotFoundError:
            pass  # another sealer removed it meanwhile
        except OSError as error:
            problems.append(f"left-over files: not removed ({_short(error)})")
    return done.report(problems)


def _seal_one(folder: Path, path: Path, manifest: Manifest, now: datetime, done: _Done) -> str:
    with _unheld(path) as data:
        if data is None:
            return ""
        state = state_of(data)
        if state.problem and not state.end:
            return state.problem
        tables = tables_of(payloads_of(data))
        files = [
            parquet.write(folder, kind, day, path.stem, part)
            for kind, table in tables.items()
            for day, part in parquet.by_day(kind, table)
        ]
        sealed = Sealed(
            segment=path.name, end=state.end, n_torn_bytes=state.n_torn_bytes, sealed_at_s=now.timestamp(),
            problem=state.problem,
        )  # fmt: skip
        if manifest.record(sealed, files, is_there=lambda file: (folder / file.path).is_file()):
            done.n_segments += 1
            done.n_torn_bytes += state.n_torn_bytes
            done.n_predictions += tables["prediction"].height if "prediction" in tables else 0
            done.n_labels += tables["label"].height if "label" in tables else 0
        return state.problem


@contextlib.contextmanager
def _unheld(path: Path) -> Iterator[bytes | None]:
    """The bytes of a segment, locked against other sealers; ``None`` while its writer lives or when it is gone."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    with os.fdopen(file, "rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield held.read()


def _to_merge(files: tuple[SealedFile, ...], *, today: date) -> list[list[SealedFile]]:
    """Files worth merging: sixteen of a size on a day that still grows, all of a day that is over."""
    groups: list[list[SealedFile]] = []
    over = (today - timedelta(days=1)).isoformat()
    for (_, day), of_day in groupby(sorted(files, key=_place), key=_day):
        if day < over:
            groups += _fitting(list(of_day))
            continue
        for _, of_level in groupby(sorted(of_day, key=lambda f: (f.level, f.path)), key=lambda f: f.level):
            level = list(of_level)
            groups += [level[i : i + _FAN_IN] for i in range(0, len(level) - _FAN_IN + 1, _FAN_IN)]
    return groups


def _place(file: SealedFile) -> tuple[str, str, str]:
    return file.kind, file.date, file.path


def _day(file: SealedFile) -> tuple[str, str]:
    return file.kind, file.date


def _fitting(files: list[SealedFile]) -> list[list[SealedFile]]:
    """Cut files into runs that stay below the largest size; runs of one need nothing."""
    runs: list[list[SealedFile]] = [[]]
    n_rows = 0
    for file in files:
        if runs[-1] and n_rows + file.n_rows > _MOST_ROWS:
            runs.append([])
            n_rows = 0
        runs[-1].append(file)
        n_rows += file.n_rows
    return [run for run in runs if len(run) > 1]


def _merge_one(folder: Path, group: list[SealedFile], manifest: Manifest, now: datetime) -> int:
    level = 1 + max(f.level for f in group)
    merged = parquet.merge(folder, group, level=level)
    is_there = (folder / merged.path).is_file
    return len(group) if manifest.replace(group, merged, at_s=now.timestamp(), is_there=lambda _: is_there()) else 0


def _is_sound(folder: Path, file: SealedFile, damaged: dict[str, str]) -> bool:
    if problem := parquet.check(folder, file):
        damaged[file.path] = problem
    return not problem


def _hash_late(folder: Path, manifest: Manifest, now: datetime, done: _Done, damaged: dict[str, str]) -> None:
    """Give a hash to files of earlier releases that can be read: about a gigabyte a round, so that others get their turn."""
    n_bytes = 0
    for file in [f for f in manifest.files() if not f.sha256 and f.path not in damaged]:
        if n_bytes >= _MOST_HASHED_BYTES:
            return
        if _is_sound(folder, file, damaged):
            path = folder / file.path
            n_bytes += path.stat().st_size
            done.n_hashed += manifest.note_hash(file, parquet.sha256_of(path), at_s=now.timestamp())


def _remove_merged(folder: Path, manifest: Manifest, until_s: float) -> list[str]:
    gone, problems = [], []
    for path in manifest.merged_before(until_s):
        try:
            (folder / path).unlink(missing_ok=True)
            gone.append(path)
        except OSError as error:
            problems.append(f"{path}: not removed ({_short(error)})")
    if gone:
        manifest.forget_merged(gone)
    return problems


def _short(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else type(error).__name__
