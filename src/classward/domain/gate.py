"""What a version has to show before it may be deployed, what was found, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.decision import PairedCounts
from classward.domain.measure import Interval

__all__ = [
    "FAILED",
    "NOT_ENOUGH",
    "PASSED",
    "CalibrationFacts",
    "DrillFacts",
    "FloorCount",
    "GateCriterion",
    "GateEvidence",
    "GateFinding",
    "GateFloor",
    "GatePolicy",
    "GateVerdict",
    "SafetyExample",
    "SealedFacts",
    "SliceCount",
]

PASSED, FAILED, NOT_ENOUGH = "passed", "failed", "not enough evidence"
"""The three outcomes of a criterion; the last one never counts as the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFloor:
    """The lowest ``recall`` or ``precision`` (``indicator``) that a class must be shown to have."""

    class_name: str
    indicator: str
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """Criteria of a task, declared beforehand.

    Parameters
    ----------
    is_required : bool
        Whether a version that has not passed may not be deployed.
    floors : tuple of GateFloor
        From the task's promises, and those of the gate alone.
    margin : float
        Recall of a critical class (and accuracy of the whole) that may be lost against the live version.
    error_rate : float
        Chance that a version which breaks a criterion on figures passes it, and that one which keeps all is failed.
    examples : str
        Where the safety examples are; empty: none are declared.
    slices : tuple of str
        Columns whose every slice must be answered about as well as the other rows.
    slice_gap : float
        Accuracy that a slice may lie below the other rows.
    slice_rows : int
        Slices with fewer sealed rows are named, and not judged.
    holds_on_budget : bool
        Whether an error budget that is used up keeps versions from passing.
    """

    is_required: bool = False
    floors: tuple[GateFloor, ...] = ()
    margin: float = 0.05
    error_rate: float = 0.05
    examples: str = ""
    slices: tuple[str, ...] = ()
    slice_gap: float = 0.10
    slice_rows: int = 20
    holds_on_budget: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyExample:
    """A row whose answer is known beforehand.

    ``kind`` is ``must-pass`` (the answer is ``class_name``), ``forbidden`` (it is not), ``invariance`` (``row`` and
    ``other`` get the same answer) or ``directional`` (from ``row`` to ``other`` the probability of ``class_name`` goes
    ``up`` or ``down`` by more than ``at_least``). Rows are JSON objects as callers send them.
    """

    kind: str
    name: str
    row: str
    other: str = ""
    class_name: str = ""
    direction: str = ""
    at_least: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFacts:
    """The stored report: its rows, whether they are the version's own sealed ones, and how often those were read."""

    n: int
    is_sealed: bool
    n_reads: int
    most_reads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorCount:
    """Sealed rows that a floor is about, and how many of them are right, with decisions as callers get them."""

    floor: GateFloor
    n: int
    n_right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFacts:
    """Calibration error of the sealed rows beside what a perfect model would show, and the report's verdict on it."""

    n: int
    error: float
    null_mean: float
    null_p95: float
    verdict: str
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceCount:
    """Sealed rows of one slice and all others, and how many are right."""

    column: str
    level: str
    n: int
    n_right: int
    n_rest: int
    n_rest_right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFinding:
    """Something that was tried and either held or did not: a criterion that needs no statistics.

    ``outcome`` is one of the three; ``said`` never holds values of a row.
    """

    name: str
    subject: str
    outcome: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillFacts:
    """Golden rows answered by the version that a rollback would return to; ``answers_hash`` is of the classes answered."""

    version: int
    bundle_hash: str
    rows_hash: str
    n_rows: int
    answers_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEvidence:
    """Everything that a verdict of the gate rests on.

    ``pairs`` begin with all rows, then critical classes; without them ``no_pairs`` says why there are none, and is empty
    if there is nothing to compare with. ``left_out`` are criteria that do not apply, in words.
    """

    version: int
    bundle_hash: str
    live: int | None
    live_hash: str
    sealed: SealedFacts
    floors: tuple[FloorCount, ...] = ()
    pairs: tuple[PairedCounts, ...] = ()
    no_pairs: str = ""
    calibration: CalibrationFacts | None = None
    slices: tuple[SliceCount, ...] = ()
    found: tuple[GateFinding, ...] = ()
    drill: DrillFacts | None = None
    left_out: tuple[str, ...] = ()
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCriterion:
    """One criterion: what it is, what (class, slice, example) it is about, its outcome, and why."""

    name: str
    subject: str
    outcome: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """``passed`` only if every criterion passed; ``failed`` if one failed; else ``not enough evidence``."""

    outcome: str
    criteria: tuple[GateCriterion, ...]
    left_out: tuple[str, ...] = ()

    def of(self, outcome: str) -> tuple[GateCriterion, ...]:
        """Criteria with an outcome."""
        return tuple(c for c in self.criteria if c.outcome == outcome)
