"""What a report holds beyond its headline: what to act on."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.answers import AnswerReport
from classward.domain.confusions import PairAnalysis
from classward.domain.explanation import ClassAttributions
from classward.domain.measure import Measure
from classward.domain.paired import PairedReport
from classward.domain.recipe import Candidate
from classward.domain.slices import SliceTable

__all__ = ["Advice", "Analysis", "ClassFigures", "ClassMap", "MapPoint"]

_NOTHING = Measure(value=None, n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """One class against all others, by its probability alone.

    ``brier`` and ``log_loss`` are of the yes-or-no question; ``auc`` and ``average_precision`` are of the ranking.
    ``precision_recall`` is the curve as (recall, precision) points, ``roc`` as (share of others called so, recall), at most
    25 each. ``confident_errors`` is the share of wrong answers among those that name this class with a confidence of 0.9
    or more.
    """

    class_name: str
    n: int
    brier: Measure
    log_loss: Measure
    auc: Measure
    average_precision: Measure
    precision_recall: tuple[tuple[float, float], ...] = ()
    roc: tuple[tuple[float, float], ...] = ()
    confident_errors: Measure = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """One row on the map; classes as places in the label space."""

    x: float
    y: float
    true: int
    predicted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMap:
    """Rows laid out in two dimensions so that rows answered alike lie close.

    ``explained`` is the share of the variance that the two axes keep; ``coloured`` are the classes that get a colour.
    """

    points: tuple[MapPoint, ...]
    coloured: tuple[int, ...]
    explained: float
    source: str
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do next, about which class or slice, and the evidence for it; ``urgency`` is 1 (first) to 3."""

    about: str
    kind: str
    do: str
    because: str
    urgency: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Figures beyond the headline, and where the errors are.

    ``figures`` are (name, measure), beside those of the report itself; names as in scikit-learn where it has one.
    ``ranks`` counts the rows whose true class was the most probable, the second most probable, and so on.
    ``cost_of`` says what ``mean_cost`` counts: ``declared costs`` or ``errors`` (each costs 1). ``answers`` are the decisions
    a caller gets, where the other figures are of the most probable class.
    """

    figures: tuple[tuple[str, Measure], ...]
    class_figures: tuple[ClassFigures, ...] = ()
    cost_of: str = "errors"
    slices: SliceTable | None = None
    pairs: tuple[PairAnalysis, ...] = ()
    attributions: tuple[ClassAttributions, ...] = ()
    map: ClassMap | None = None
    candidates: tuple[Candidate, ...] = ()
    paired: PairedReport | None = None
    advice: tuple[Advice, ...] = ()
    ranks: tuple[int, ...] = ()
    answers: AnswerReport | None = None
