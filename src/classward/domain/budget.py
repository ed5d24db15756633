"""What a promise allows to go wrong, and how much of it is used."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Measure

__all__ = ["BurnRule", "BurnState", "ErrorBudget"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnRule:
    """A limit on how fast a budget may go: more than ``budget_share`` of it within ``long_days``, and still so lately.

    ``factor`` is that speed as a burn rate (1 uses the budget up exactly over its window); ``short_days`` is the span in
    which it must be seen, too, so that what is over does not alarm. ``is_reachable`` is false where even a model that is
    always wrong could not break it, and ``why`` says so.
    """

    name: str
    budget_share: float
    long_days: float
    short_days: float
    factor: float
    is_reachable: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnState:
    """A rule held against what happened: ``burning``, ``quiet``, ``not enough evidence`` or ``unreachable``."""

    rule: BurnRule
    state: str
    long_burn: Measure
    short_burn: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """One promise over its window: of ``n`` events ``n_bad`` went wrong and ``allowed`` might have.

    ``used`` is the share of the budget that is gone, with its interval (above 1: more than all of it). ``most_burn`` is the
    highest burn rate there can be, 1 / (1 - target).
    """

    indicator: str
    class_name: str | None
    target: float
    window_days: float
    n: int
    n_bad: float
    allowed: float
    used: Measure
    most_burn: float
    rules: tuple[BurnState, ...]
    state: str
