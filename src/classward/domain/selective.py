"""Leaving rows to a person: how many, how right the rest is, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Measure

__all__ = ["AbstentionChoice", "AbstentionValue", "RiskCoverage", "RiskPoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPoint:
    """Answering only from ``threshold`` on: share of rows answered, and share of those that are right."""

    threshold: float
    coverage: Measure
    accuracy: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCoverage:
    """Accuracy against the share of rows answered, from the most confident row to all of them.

    ``aurc`` is the mean share of wrong answers over all numbers of answered rows, the most confident ones first; 0 is
    perfect. ``aurc_best`` is what a perfect ordering of the same answers would have, ``n`` the rows behind both.
    """

    points: tuple[RiskPoint, ...]
    aurc: float
    aurc_best: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstentionChoice:
    """A confidence below which rows get no answer, so that the answered ones keep a target accuracy.

    ``abstain_below`` is 0 unless ``state`` is ``guaranteed``. ``coverage`` and ``accuracy`` are measured there, or at the
    threshold that came closest; about ``n_needed`` answered rows would prove the target at that accuracy.
    """

    state: str
    target: float
    abstain_below: float
    coverage: Measure
    accuracy: Measure
    n_needed: int | None
    n: int
    error_rate: float
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstentionValue:
    """What a rule with abstention costs per row, beside answering every row.

    ``saving`` is the difference on the same rows; its interval says whether abstaining pays: ``pays``, ``does not pay`` or
    ``not enough evidence``.
    """

    cost_answering: Measure
    cost_abstaining: Measure
    saving: Measure
    n_abstained: int
    n: int
    state: str
    remark: str
