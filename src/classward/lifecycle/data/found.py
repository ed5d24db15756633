"""What a first look at a table found: the nouns that ``init`` shows and writes down."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain import DataSource, Feature

__all__ = ["FoundFeature", "Inference", "LeftOut", "TypoSuspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeature:
    """A column that will be learned from, with the reason for its kind."""

    feature: Feature
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that will not be learned from, and why."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypoSuspect:
    """A rare class whose name is close to a frequent one."""

    rare: str
    n_rare: int
    near: str
    n_near: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """Everything inferred from a table, what was left out and why.

    ``class_counts`` are (class, rows), most frequent first. ``id_column``, ``time_column`` and ``group_column`` are
    what the task will use; ``suggested_group`` is an entity column that was seen but not put to use. ``starts_at`` and
    ``ends_at`` are ISO dates of the time column, or empty. ``notes`` are sentences for people.
    """

    name: str
    source: DataSource
    label: str
    n_rows: int
    n_columns: int
    class_counts: tuple[tuple[str, int], ...]
    features: tuple[FoundFeature, ...]
    left_out: tuple[LeftOut, ...] = ()
    id_column: str | None = None
    time_column: str | None = None
    group_column: str | None = None
    suggested_group: str | None = None
    typo_suspects: tuple[TypoSuspect, ...] = ()
    starts_at: str = ""
    ends_at: str = ""
    n_unlabelled: int = 0
    n_duplicate_rows: int = 0
    notes: tuple[str, ...] = ()
