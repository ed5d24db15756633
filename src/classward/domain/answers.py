"""How a version answers: decisions rather than probabilities, with what they cost and what they promise."""

from __future__ import annotations

from dataclasses import dataclass, field

from classward.domain.canonical import LATER
from classward.domain.decision import SloState
from classward.domain.decision_proof import SetCoverage, ThresholdProof
from classward.domain.folding import FoldedClasses
from classward.domain.measure import Measure
from classward.domain.selective import AbstentionValue

__all__ = ["AnswerReport", "BinaryFigure", "ClassAnswers", "GateFigures", "LevelFigures", "OrderFigures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryFigure:
    """Calibration of one yes-or-no question of a frame, before the answers are put together.

    ``n_yes`` of ``n`` rows are yes; ``ece`` stands beside what a perfect one stays below 19 times of 20, ``ece_null_p95``.
    """

    question: str
    n: int
    n_yes: int
    ece: float
    ece_null_p95: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAnswers:
    """One class as it is answered.

    ``n`` rows are of it, ``n_answered`` were answered so, ``n_unknown`` of its rows got no answer; ``recall`` counts those as
    missed. Costs are totals on these rows: of rows wrongly answered so (false positives), and of its rows answered otherwise
    (false negatives); a row left to a person costs what abstaining costs, and is in neither. ``is_rare``: fewer than
    the 20 rows that a verdict needs.
    """

    class_name: str
    n: int
    n_answered: int
    n_unknown: int
    recall: Measure
    precision: Measure
    false_positive_cost: Measure
    false_negative_cost: Measure
    is_rare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigures:
    """A class that is looked for first: how its gate was proved, and what it does on rows that chose nothing.

    ``precision`` is of the rows the gate answers, ``recall`` the share of the class's rows that it answers; both without rows
    where the gate was left out (``proof.threshold`` is then ``None``).
    """

    proof: ThresholdProof
    precision: Measure
    recall: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFigures:
    """How far off answers are, in steps of the order.

    ``off_by`` are (steps, share of answered rows that are exactly so far off), from 0 on; ``rank_error`` their mean distance;
    ``kappa`` agreement beyond chance, weighted by squared distance.
    """

    off_by: tuple[tuple[int, Measure], ...]
    rank_error: Measure
    kappa: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFigures:
    """One level of a declared hierarchy, answered by a model that knows its lowest level alone.

    ``accuracy`` takes the most probable class (and its parent); ``accuracy_by_sums`` the most probable parent by summed
    probabilities first, then its most probable class. ``lost_by_flattening`` is the difference, row by row: above 0,
    answering flat loses that share of rows. ``crossing`` is the share of mistakes that leave the parent.
    """

    level: str
    n_classes: int
    accuracy: Measure
    accuracy_by_sums: Measure
    lost_by_flattening: Measure
    log_loss: Measure
    crossing: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReport:
    """A version's decisions on rows that chose nothing.

    ``paths`` are (what decided, rows). ``answered`` is the share of rows with an answer, ``accuracy`` is of those, and
    ``candidates`` the share of unanswered rows whose truth is among the ``n_candidates`` most probable classes shown with
    them. ``mean_cost`` is per row with the declared costs, ``argmax_cost`` what the most probable class would have cost
    (both of answered rows alone where leaving a row open has no stated cost).
    ``proofs`` are the promises as chosen, ``promises`` the same held against these rows. ``questions`` belong to frames,
    ``order`` to ordered classes, ``levels`` to a declared hierarchy, ``folded`` to classes taken together. ``gates`` are
    binary models that answer before the others, those left out too. ``confidence_bins`` are (rows, sum of confidence,
    right) per fifteenth of confidence, and ``confusion`` counts answers by true class, with rows left open in a last
    column: what later days are held against.
    """

    n: int
    paths: tuple[tuple[str, int], ...]
    answered: Measure
    accuracy: Measure
    candidates: Measure
    n_candidates: int
    classes: tuple[ClassAnswers, ...]
    mean_cost: Measure
    argmax_cost: Measure
    routing: AbstentionValue | None = None
    sets: SetCoverage | None = None
    proofs: tuple[ThresholdProof, ...] = ()
    promises: tuple[SloState, ...] = ()
    questions: tuple[BinaryFigure, ...] = ()
    n_fits: int = 0
    order: OrderFigures | None = None
    levels: tuple[LevelFigures, ...] = ()
    folded: FoldedClasses | None = None
    gates: tuple[GateFigures, ...] = field(default=(), metadata={LATER: True})
    confidence_bins: tuple[tuple[int, float, int], ...] = field(default=(), metadata={LATER: True})
    confusion: tuple[tuple[int, ...], ...] = field(default=(), metadata={LATER: True})
