"""The record log: every answered row, every label, every refusal, durable before the caller hears back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from classward.domain import Attribution, Label, Prediction, QuarantinedLabel

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PREDICTION_COLUMNS", "LogHealth", "RecordLog", "RecordWriter", "SealReport"]

PREDICTION_COLUMNS = (
    "id", "request_id", "key", "at", "version", "bundle_hash", "label_space_hash", "route", "label", "probability",
    "probabilities", "path", "flags", "kind", "latency_ms", "features",
    "payload_weight", "caller", "features_hash",
)  # fmt: skip
"""Columns of :meth:`RecordLog.predictions`, one row per logged answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReport:
    """What one pass of sealing did, and what it could not do (``problems``; tried again by the next pass).

    ``n_hashed`` sealed files of an earlier release were given the hash that they lacked.
    """

    n_segments: int = 0
    n_predictions: int = 0
    n_labels: int = 0
    n_torn_bytes: int = 0
    n_removed_segments: int = 0
    n_merged_files: int = 0
    n_orphans: int = 0
    n_hashed: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHealth:
    """What the log knows about itself: sizes, torn tails, and records reported lost by their writers.

    Sealed files are compared with the hash that was stored when they were written. ``n_unhashed`` have none (an earlier
    release wrote them): that they can be read is checked, that they are unchanged is not. ``n_hashed_late`` got theirs
    only later: nothing vouches for the time before.
    """

    n_sealed_files: int
    n_open_segments: int
    n_torn_bytes: int
    n_lost: int
    n_unhashed: int = 0
    n_hashed_late: int = 0
    problems: tuple[str, ...] = ()


class RecordWriter(Protocol):
    """Appends to a segment that belongs to this writer alone. Not safe to share between threads without a lock.

    No method raises for a full or failing disk: it returns ``False``; answers are counted as lost, and the count is
    written to the log (counter ``unlogged``) as soon as writing works again. Labels are not: their sender is told.
    """

    def predictions(self, batch: Sequence[Prediction]) -> bool:
        """Append one frame with all rows; ``True`` once the kernel (or disk, with fsync) has it."""
        ...

    def together(self, batches: Sequence[Sequence[Prediction]]) -> tuple[bool, ...]:
        """Append the rows of several requests with one write; says of each what :meth:`predictions` would say."""
        ...

    def labels(self, batch: Sequence[Label]) -> bool:
        """Append accepted labels."""
        ...

    def quarantine(self, batch: Sequence[QuarantinedLabel]) -> bool:
        """Append labels that could not be accepted, with reasons."""
        ...

    def attributions(self, batch: Sequence[Attribution]) -> bool:
        """Append explanations of answers that are in the log."""
        ...

    def count(self, name: str, n: int = 1) -> None:
        """Add to a per-second counter (``refused``, ``failed``); written with the next append or :meth:`tick`."""
        ...

    def tick(self) -> None:
        """Write pending counters and close the segment when it is large or old enough, so that it can be sealed."""
        ...

    @property
    def n_lost(self) -> int:
        """Answers this writer could not write since it began."""
        ...

    def close(self) -> None:
        """Write pending counters and give up the segment."""
        ...


class RecordLog(Protocol):
    """Reads segments and sealed Parquet as one: nothing missing, nothing doubled, whatever is being sealed meanwhile."""

    def predictions(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        ids: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Logged answers with ``since <= at < until``, in no particular order, with ``PREDICTION_COLUMNS``."""
        ...

    def labels(self, *, received_since: datetime | None = None) -> pl.DataFrame:
        """Accepted labels, duplicates kept, of ``received_since`` and later.

        Columns ``id, label, event_at, received_at, source, annotator, weight, digest``.
        """
        ...

    def quarantined(self) -> pl.DataFrame:
        """Labels set aside (``raw, reason, received_at``)."""
        ...

    def attributions(self, *, ids: Sequence[str] | None = None, since: datetime | None = None) -> pl.DataFrame:
        """Explanations of answers (``id, at, version, bundle_hash, class_name, explanation, took_ms``), in no order."""
        ...

    def counters(self) -> pl.DataFrame:
        """Per-second counters (``second, name, n, writer``)."""
        ...

    def known_digests(self, digests: Sequence[str]) -> frozenset[str]:
        """Which of these label digests were accepted before."""
        ...

    def remember_digests(self, digests: Sequence[str], *, received_at: datetime) -> None:
        """Note accepted labels, after they are durable in the log."""
        ...

    def seal(self, *, now: datetime) -> SealReport:
        """Turn finished and abandoned segments into Parquet; remove segments whose grace is over."""
        ...

    def health(self) -> LogHealth:
        """Check every frame and file; list what is wrong."""
        ...
