"""Rows by reference, and how they are divided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from classward.domain.task import Provenance

__all__ = ["ColumnProfile", "Dataset", "FoldInfo", "Split"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What one column looks like: data-quality telemetry of one ingest."""

    name: str
    dtype: str
    n_missing: int
    n_unique: int
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """An immutable, content-addressed snapshot of a table. ``hash`` names the stored Parquet file."""

    hash: str
    source: str
    n_rows: int
    columns: tuple[ColumnProfile, ...]
    class_counts: tuple[tuple[str, int], ...]
    n_duplicate_rows: int
    taken_at: datetime
    provenance: Provenance = field(default_factory=Provenance)
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldInfo:
    """Size and reach of one fold; the row indices are kept beside the snapshot, under ``rows_hash``."""

    name: str
    n_rows: int
    class_counts: tuple[tuple[str, int], ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Named folds (train, calibration, test) with the strategy, its seed and what had to be noted.

    ``strategy`` is ``time``, ``group``, ``stratified`` or ``given`` (the user's own test file).
    """

    dataset_hash: str
    strategy: str
    folds: tuple[FoldInfo, ...]
    rows_hash: str
    seed: int
    rare_classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
