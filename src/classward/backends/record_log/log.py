"""The record log of one task: segments and Parquet read as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from classward.backends.record_log.frames import payloads_of, state_of
from classward.backends.record_log.manifest import Manifest, ManifestDatabase, SealedFile
from classward.errors import RecordError
from classward.ports import LogHealth, SealReport

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FileRecordLog"]

_SWEEP_S = 3600.0
_TRIES = 5


class FileRecordLog:
    """One task's records in a folder (fulfils ``ports.RecordLog``).

    Polars is loaded by whoever reads or seals: a server that only writes can do without it.

    Reading lists the segments first, then takes one state of the manifest, then reads the sealed files of that state
    and those listed segments it does not name. A segment sealed in between is read from its file still, so nothing is
    missing and nothing doubled; if grace ran out in between, reading begins again.
    """

    def __init__(self, folder: Path, *, task: str, database: ManifestDatabase, grace_s: float) -> None:
        self.folder, self._grace_s = folder, grace_s
        self._manifest = Manifest(database, task=task)
        self._swept_at_s = 0.0
        self._damaged: dict[str, str] = {}

    def predictions(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        ids: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Logged answers."""
        import polars as pl

        wanted = [] if since is None else [pl.col("at") >= since]
        if until is not None:
            wanted.append(pl.col("at") < until)
        if ids is not None:
            wanted.append(pl.col("id").is_in(list(ids)))
        days = ("" if since is None else _day(since), "9999-12-31" if until is None else _day(until))
        return self._read("prediction", wanted, columns, days)

    def labels(self, *, received_since: datetime | None = None) -> pl.DataFrame:
        """Accepted labels, duplicates kept."""
        if received_since is None:
            return self._read("label")
        import polars as pl

        days = (_day(received_since), "9999-12-31")
        return self._read("label", [pl.col("received_at") >= received_since], None, days)

    def quarantined(self) -> pl.DataFrame:
        """Labels set aside."""
        return self._read("quarantine")

    def attributions(self, *, ids: Sequence[str] | None = None, since: datetime | None = None) -> pl.DataFrame:
        """Explanations of answers."""
        import polars as pl

        wanted = [] if ids is None else [pl.col("id").is_in(list(ids))]
        if since is not None:
            wanted.append(pl.col("at") >= since)
        return self._read("attribution", wanted)

    def counters(self) -> pl.DataFrame:
        """Per-second counters."""
        return self._read("counter")

    def known_digests(self, digests: Sequence[str]) -> frozenset[str]:
        """Which digests were accepted before."""
        return self._manifest.known_digests(digests)

    def remember_digests(self, digests: Sequence[str], *, received_at: datetime) -> None:
        """Note accepted labels."""
        self._manifest.remember_digests(digests, received_at=received_at)

    def seal(self, *, now: datetime) -> SealReport:
        """Turn finished and abandoned segments into Parquet."""
        from classward.backends.record_log.seal import seal

        sweeps = now.timestamp() - self._swept_at_s >= _SWEEP_S
        if sweeps:
            self._swept_at_s = now.timestamp()
            self._damaged.clear()  # what was restored meanwhile is looked at again
        return seal(
            self.folder, self._manifest, now=now, grace_s=self._grace_s, sweeps=sweeps, damaged=self._damaged
        )  # fmt: skip

    def health(self) -> LogHealth:
        """Check every frame and file."""
        import polars as pl

        from classward.backends.record_log import parquet

        segments = self._segments()
        sealed = self._manifest.segments()
        problems = [f"segment {s.segment}: {s.problem}" for s in sealed.values() if s.problem]
        torn = sum(s.n_torn_bytes for s in sealed.values())
        n_open = 0
        for path in segments:
            if path.name in sealed:
                continue
            try:
                state = state_of(path.read_bytes())
            except FileNotFoundError:  # sealed and removed meanwhile
                continue
            n_open += 1
            torn += state.n_torn_bytes
            problems += [f"segment {path.name}: {state.problem}"] if state.problem else []
        files = self._manifest.files()
        wrong = {file.path: problem for file in files if (problem := parquet.check(self.folder, file))}
        still = {file.path for file in self._manifest.files()} if wrong else set()
        problems += [problem for path, problem in wrong.items() if path in still]  # others were merged meanwhile
        lost = 0
        try:
            lost = int(self.counters().filter(pl.col("name") == "unlogged")["n"].sum())
        except RecordError as error:
            problems.append(f"counters: {error.what}")
        return LogHealth(
            n_sealed_files=len(files), n_open_segments=n_open, n_torn_bytes=torn, n_lost=lost,
            n_unhashed=sum(not f.sha256 for f in files), n_hashed_late=sum(f.is_late for f in files),
            problems=tuple(problems),
        )  # fmt: skip

    def _read(
        self,
        kind: str,
        wanted: Sequence[pl.Expr] = (),
        columns: Sequence[str] | None = None,
        days: tuple[str, str] = ("", "9999-12-31"),
    ) -> pl.DataFrame:
        import polars as pl

        from classward.backends.record_log.tables import SCHEMAS

        keep = list(SCHEMAS[kind]) if columns is None else list(columns)
        for _ in range(_TRIES):
            segments = self._segments()  # first: what is sealed after this is read from its segment still
            oldest = segments[0].name if segments else "~"
            seen = self._manifest.snapshot(kind, oldest=oldest, since_day=days[0], until_day=days[1])
            unsealed = [path for path in segments if path.name not in seen.segments]
            try:
                rows = self._rows(kind, seen.files, unsealed)
                return (rows.filter(*wanted) if wanted else rows).select(keep).collect()
            except FileNotFoundError as error:
                vanished = error
            except (OSError, pl.exceptions.ComputeError) as error:
                raise _unreadable(kind, error) from error
        raise RecordError(
            "CW702",
            "records vanish faster than they can be read",
            got=f"{_TRIES} attempts at {kind} records",
            why="sealed segments and merged files are removed when their grace is over",
            fix="raise CLASSWARD_SEGMENT_GRACE_S; if nothing seals, a file was removed by hand: run 'classward verify'",
        ) from vanished

    def _rows(self, kind: str, files: Sequence[SealedFile], segments: Sequence[Path]) -> pl.LazyFrame:
        import polars as pl

        from classward.backends.record_log import parquet
        from classward.backends.record_log.tables import SCHEMAS, tables_of

        parts = [pl.LazyFrame(schema=SCHEMAS[kind])]
        if files:
            parts.append(parquet.scan(self.folder, files))
        for path in segments:
            table = tables_of(payloads_of(path.read_bytes(), kind[0])).get(kind)
            if table is not None:
                parts.append(table.lazy())
        return pl.concat(parts)

    def _segments(self) -> list[Path]:
        return sorted((self.folder / "open").glob("*.seg"))


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _unreadable(kind: str, error: Exception) -> RecordError:
    return RecordError(
        "CW703",
        f"the {kind} records cannot be read",
        got=type(error).__name__,
        why="a sealed file or the folder is damaged or not readable",
        fix="run 'classward verify': it names the files; restore them from a backup",
    )
