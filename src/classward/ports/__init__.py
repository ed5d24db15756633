"""What the shell needs from the outside, as Protocols; backends fulfil them, ``conformance`` checks them."""

from classward.ports.clock import Clock, Ids
from classward.ports.journal import Journal
from classward.ports.notifying import Notifier
from classward.ports.records import PREDICTION_COLUMNS, LogHealth, RecordLog, RecordWriter, SealReport
from classward.ports.stores import (
    ArtifactStore,
    Attached,
    Heartbeat,
    Heartbeats,
    Leases,
    SnapshotStore,
    TableSink,
    TableSource,
    TableStream,
)
from classward.ports.watching import WatchStore

__all__ = [
    "PREDICTION_COLUMNS",
    "ArtifactStore",
    "Attached",
    "Clock",
    "Heartbeat",
    "Heartbeats",
    "Ids",
    "Journal",
    "Leases",
    "LogHealth",
    "Notifier",
    "RecordLog",
    "RecordWriter",
    "SealReport",
    "SnapshotStore",
    "TableSink",
    "TableSource",
    "TableStream",
    "WatchStore",
]
