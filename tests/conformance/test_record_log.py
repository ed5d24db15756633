"""The shipped suite on the record log in files."""

from __future__ import annotations

import os
from pathlib import Path

from classward.backends.clock import UlidIds
from classward.backends.record_log import frames
from classward.backends.record_log.log import FileRecordLog
from classward.backends.record_log.writer import SegmentWriter
from classward.backends.sqlite import Database
from classward.conformance.records import RecordLogSuite
from classward.domain import Prediction
from classward.ports import Clock, RecordLog, RecordWriter

IDS = UlidIds()


class TestFileRecordLog(RecordLogSuite):
    def make_log(self, folder: Path) -> RecordLog:
        database = Database(folder / "workspace.db")
        return FileRecordLog(folder / "records", task="tickets", database=database, grace_s=60.0)

    def make_writer(
        self, folder: Path, clock: Clock, *, max_bytes: int = 1 << 20, max_age_s: float = 3600.0
    ) -> RecordWriter:
        return SegmentWriter(
            folder / "records", task="tickets", clock=clock, ids=IDS, max_bytes=max_bytes, max_age_s=max_age_s,
            fsync=False,
        )  # fmt: skip

    def crash(self, folder: Path, writer: RecordWriter, batch: list[Prediction], share: float) -> bool:
        assert isinstance(writer, SegmentWriter)
        segment = writer._current()
        data = frames.encode_predictions(batch[:1])
        os.write(segment._file, data[: int(share * len(data))])
        segment.close()
        return True
