"""What the task file says about turning probabilities into answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from classward.domain.canonical import LATER

__all__ = ["DecisionPolicy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPolicy:
    """How answers are to be decided; by default the most probable class, never abstaining.

    Parameters
    ----------
    costs : tuple of (true class, answered class, cost)
        Exceptions from ``cost_default``, the cost of any other mistake; in any one unit.
    abstain_cost : float or None
        What leaving a row to a person costs, in the same unit; ``None``: costs never make a row abstain.
    corrects_prior : bool
        Whether decisions may lean towards rare classes, if that is shown to raise macro F1.
    keeps_promises : bool
        Whether thresholds are sought that prove the SLOs of recall and precision.
    accuracy : float or None
        Share of answered rows that shall be right; the rest is left to a person.
    known_accuracy : float or None
        Share of rows of the task's own classes that shall still be answered, and answered right, while rows that belong to no
        class are called unknown; ``None``: nothing is called unknown.
    set_miss : float
        Share of rows of any class whose prediction set may miss the truth.
    first : tuple of str
        Classes that a binary model of their own looks for before the others are asked, where the rows prove its precision.
    """

    costs: tuple[tuple[str, str, float], ...] = ()
    cost_default: float = 1.0
    abstain_cost: float | None = None
    corrects_prior: bool = False
    keeps_promises: bool = False
    accuracy: float | None = None
    known_accuracy: float | None = None
    set_miss: float = 0.10
    first: tuple[str, ...] = field(default=(), metadata={LATER: True})
