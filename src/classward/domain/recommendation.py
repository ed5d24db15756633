"""What kind of problem the rows describe, and which rows are missing."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Measure

__all__ = ["ClassNeed", "Recommendation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One answer about how to treat the task, with the evidence it rests on.

    ``topic`` is a stable name (``multiclass``, ``cascade``, ``ordinal``, ``online``, ``few_shot``, ``retrieval`` …);
    ``verdict`` is ``use``, ``consider`` or ``avoid``; ``sureness`` is ``certain`` (a count), ``strong`` (a test or an
    interval) or ``hint`` (names). ``n`` is how many rows, classes or ids the evidence is from, as ``because`` says.
    """

    topic: str
    verdict: str
    what: str
    because: str
    n: int
    sureness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNeed:
    """How many more labelled rows a class needs to be judged.

    ``n`` rows are labelled, ``n_test`` of them measure. ``recall`` is what is known of it (no value: nothing yet, and
    the plan assumes ``assumed_recall``). ``more_for_width`` labelled rows of the class, divided as the task says, bring
    its recall to ± ``half_width``; ``more_for_target`` decide whether it keeps ``target``. ``None``: no target, or more
    than a million would not decide.
    """

    class_name: str
    n: int
    n_test: int
    recall: Measure
    assumed_recall: float
    half_width: float
    more_for_width: int
    target: float | None = None
    more_for_target: int | None = None
    expected_recall_doubled: Measure | None = None
