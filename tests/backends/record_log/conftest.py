"""A workspace with a log and as many writers as a test wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from classward.backends.clock import UlidIds
from classward.backends.record_log.log import FileRecordLog
from classward.backends.record_log.writer import SegmentWriter
from classward.backends.sqlite import Database
from classward.conformance.examples import SteppedClock
from classward.domain import Prediction

GRACE_S = 60.0


class Workspace:
    """One task's log in a folder; ``log`` may be opened several times."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.records, self.clock, self.ids = folder, folder / "records", SteppedClock(), UlidIds()
        self.log = self.open()

    def open(self) -> FileRecordLog:
        database = Database(self.folder / "workspace.db")
        return FileRecordLog(self.records, task="tickets", database=database, grace_s=GRACE_S)

    def writer(self, *, max_bytes: int = 1 << 20, max_age_s: float = 3600.0, fsync: bool = False) -> SegmentWriter:
        return SegmentWriter(
            self.records, task="tickets", clock=self.clock, ids=self.ids, max_bytes=max_bytes, max_age_s=max_age_s,
            fsync=fsync,
        )  # fmt: skip

    def write(self, *batches: list[Prediction]) -> Path:
        """A closed segment with one frame a batch."""
        writer, before = self.writer(), set(self.segments())
        assert all(writer.predictions(batch) for batch in batches)
        writer.close()
        (made,) = set(self.segments()) - before
        return made

    def segments(self) -> list[Path]:
        return sorted((self.records / "open").glob("*.seg"))

    def read_ids(self) -> list[str]:
        return sorted(self.log.predictions(columns=["id"])["id"].to_list())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)
