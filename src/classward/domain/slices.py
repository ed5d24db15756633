"""How good a version is on parts of the rows, and whether chance could have made them differ."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Measure

__all__ = ["Slice", "SliceCell", "SliceTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows that share something, against all other rows.

    ``kind`` is ``level``, ``range``, ``length`` (characters), ``missing`` or ``time``; ``level`` says in words which.
    ``difference`` is accuracy here minus accuracy elsewhere. ``expected`` is the accuracy these rows would have if only
    their mix of classes were different: far above ``accuracy`` it says that the slice is hard for another reason.
    ``confidence`` is the mean largest probability. ``verdict`` is ``worse``, ``better``, ``no difference shown`` or
    ``too few rows`` (then ``p_adjusted`` is ``None``).
    """

    column: str
    level: str
    kind: str
    n: int
    accuracy: Measure
    rest: Measure
    difference: Measure
    log_loss: Measure
    expected: float | None
    confidence: float | None
    p_adjusted: float | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceCell:
    """One class within one slice: its recall there, and in all other rows of the class."""

    column: str
    level: str
    class_name: str
    n: int
    recall: Measure
    rest: Measure
    difference: Measure
    p_adjusted: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTable:
    """All slices, worst first, and the cells (class within slice) that stand out most.

    ``correction`` says what keeps many tests from finding what is not there and ``alpha`` at what rate, separately for
    slices and for cells. ``n_cells`` were tested; ``n_cells_too_few`` had fewer than ``min_rows`` rows and were not.
    """

    slices: tuple[Slice, ...]
    cells: tuple[SliceCell, ...]
    n_cells: int
    n_cells_too_few: int
    min_rows: int
    alpha: float
    correction: str
