"""Artifacts, snapshots, leases and heartbeats."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from classward.domain import DataSource

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "ArtifactStore",
    "Attached",
    "Heartbeat",
    "Heartbeats",
    "Leases",
    "SnapshotStore",
    "TableSink",
    "TableSource",
    "TableStream",
]


class ArtifactStore(Protocol):
    """Content-addressed, immutable folders. What is stored never changes; a change is a new hash."""

    def put(self, folder: Path) -> str:
        """Move a finished bundle folder in; give its content hash. Storing the same content twice is no error."""
        ...

    def path(self, bundle_hash: str) -> Path:
        """Folder of a stored bundle (``UnknownVersion`` CW303 if absent). Verification is the reader's."""
        ...

    def hashes(self) -> tuple[str, ...]:
        """All stored bundles."""
        ...

    def remove(self, bundle_hash: str) -> None:
        """Remove a bundle for good; removing what is not there is no error. Whether it may go is the caller's to know."""
        ...

    def workdir(self) -> Path:
        """A fresh empty folder on the same file system, to build a bundle in before :meth:`put`."""
        ...


class SnapshotStore(Protocol):
    """Immutable Parquet snapshots, addressed by the hash of their content."""

    def put(self, table: pl.DataFrame) -> str:
        """Store a table; give the hash of its bytes."""
        ...

    def n_bytes(self, snapshot_hash: str) -> int:
        """Bytes it takes; 0 if it is not stored."""
        ...

    def remove(self, snapshot_hash: str) -> None:
        """Remove a snapshot for good; removing what is not there is no error."""
        ...

    def get(self, snapshot_hash: str) -> pl.DataFrame:
        """Read a snapshot back, verifying its hash (``DataError`` CW210 if it was edited, CW303 if absent)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that a row names: its bytes, or why it cannot be read."""

    data: bytes = b""
    problem: str = ""


class TableSource(Protocol):
    """Reads the user's rows."""

    def attached(self, source: DataSource, names: Sequence[str]) -> Iterator[Attached]:
        """Read files that rows name, one after the other; relative paths are looked up beside the table."""
        ...

    def read(self, source: DataSource, *, as_written: Collection[str] = ()) -> pl.DataFrame:
        """Read everything, with text kept as text (``"001"`` never becomes 1 unless the file's type says so).

        Files without types (CSV) get numbers where every value of a column is written as one; the columns ``as_written``
        stay text all the same, so that ``1.10`` keeps its zero. Types that a file declares are kept.

        Raises
        ------
        DataError
            CW211 the place does not exist; CW212 it cannot be parsed; CW213 it has no rows.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What one server worker says of itself: no event, overwritten each time.

    ``turned_off`` names what is watched by default and is not in this process, such as ``per-class metrics``.
    """

    process_id: str
    pid: int
    task: str
    bundle_hash: str
    version: int
    head_seq: int
    n_lost: int
    started_at: datetime
    seen_at: datetime
    turned_off: tuple[str, ...] = ()


class Heartbeats(Protocol):
    """Where workers tell which version they answer with and how far they have read the journal."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """Write or overwrite this worker's row."""
        ...

    def forget(self, process_id: str) -> None:
        """Remove a worker that ends."""
        ...

    def alive(self, *, task: str, now: datetime, within_s: float) -> tuple[Heartbeat, ...]:
        """Workers seen within the last ``within_s`` seconds."""
        ...


class Leases(Protocol):
    """One holder at a time for work that must not be done twice."""

    def acquire(self, name: str, holder: str, *, now: datetime, ttl_s: float) -> bool:
        """Take or renew a lease; ``False`` if somebody else holds it and it has not run out."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Give the lease up, if held."""
        ...

    def until(self, name: str) -> datetime | None:
        """When a lease runs out, or ran out; ``None`` if it was never taken or was given up."""
        ...


class TableStream(Protocol):
    """Reads and writes tables too large for memory, batch by batch."""

    def n_rows(self, location: str) -> int:
        """Rows in a table file (``DataError`` CW211, CW212 as for :class:`TableSource`)."""
        ...

    def batches(self, location: str, *, n_rows: int) -> Iterator[pl.DataFrame]:
        """Frames of at most ``n_rows`` rows, in file order; CSV columns come as text."""
        ...

    def attached(self, location: str, names: Sequence[str]) -> Iterator[Attached]:
        """Read files that rows name, as :meth:`TableSource.attached` does."""
        ...

    def sink(self, location: str) -> TableSink:
        """A table file that appears, whole, when it is finished."""
        ...


class TableSink(Protocol):
    """A table file being written; nothing is visible under its name until :meth:`finish`."""

    def write(self, table: pl.DataFrame) -> None:
        """Add rows."""
        ...

    def finish(self) -> None:
        """Make the file appear under its name, replacing an older one."""
        ...

    def abandon(self) -> None:
        """Remove what was written."""
        ...
