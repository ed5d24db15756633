"""From probabilities to an answer: costs, prior correction, thresholds, abstention and sets, as plain numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from classward.domain.canonical import LATER, content_hash
from classward.domain.label_space import LabelSpace
from classward.errors import UsageError

__all__ = ["SET_SCORES", "ClassCut", "Costs", "DecisionRule", "PairCost", "PriorCorrection", "SetRule"]

SET_SCORES = ("lac", "raps")
"""Conformity scores of prediction sets: 1 - p, or the mass ranked at or above the class with a penalty on deep ranks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCost:
    """What it costs to answer ``predicted_index`` when the truth is ``true_index``; columns in label-space order."""

    true_index: int
    predicted_index: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Costs of every pair of classes, written sparsely so that a thousand classes fit.

    A right answer costs 0, a wrong one ``off_diagonal`` times the distance of the two columns to the ``power`` (0: every
    mistake alike; 1 or 2 for ordered classes); ``pairs`` are exceptions and may name right answers too. Costs are in any
    one unit, finite and not negative.

    Examples
    --------
    >>> space = LabelSpace.of(["billing", "refund", "security"])
    >>> costs = Costs.named(space, [("security", "billing", 20.0)])
    >>> costs.of(2, 0), costs.of(0, 2), costs.of(1, 1)
    (20.0, 1.0, 0.0)
    """

    off_diagonal: float = 1.0
    power: float = 0.0
    pairs: tuple[PairCost, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.off_diagonal, self.power, *(pair.cost for pair in self.pairs))
        if not all(math.isfinite(x) and x >= 0.0 for x in numbers):
            raise ValueError("costs and their power are finite and not negative")
        if len({(pair.true_index, pair.predicted_index) for pair in self.pairs}) != len(self.pairs):
            raise ValueError("a pair of classes has two costs")

    @classmethod
    def named(cls, space: LabelSpace, pairs: Iterable[tuple[str, str, float]], *, off_diagonal: float = 1.0) -> Costs:
        """Build from (true, predicted, cost) by class name; raises UnknownClass (CW301) for a name that does not exist."""
        return cls(
            off_diagonal=off_diagonal,
            pairs=tuple(
                PairCost(true_index=space.index(true), predicted_index=space.index(predicted), cost=cost)
                for true, predicted, cost in pairs
            ),
        )

    @classmethod
    def ordinal(cls, space: LabelSpace, *, power: float = 1.0, unit: float = 1.0) -> Costs:
        """Costs that grow with the distance of ordered classes: ``unit * |i - j| ** power``.

        Raises
        ------
        UsageError
            CW264 if the label space is not marked as ordered: a distance of columns would mean nothing.
        """
        if not space.is_ordered:
            raise UsageError(
                "CW264",
                "costs by distance need ordered classes",
                got=f"a label space of {len(space)} classes that is not marked as ordered",
                why="between classes without an order the distance of two columns means nothing",
                fix="mark the classes as ordered, or give costs pair by pair",
            )
        return cls(off_diagonal=unit, power=power)

    @property
    def is_plain(self) -> bool:
        """Whether every mistake costs the same, so that the most probable class is the cheapest answer."""
        return self.power == 0.0 and not self.pairs

    def of(self, true_index: int, predicted_index: int) -> float:
        """Cost of one pair; slow for whole matrices."""
        for pair in self.pairs:
            if (pair.true_index, pair.predicted_index) == (true_index, predicted_index):
                return pair.cost
        distance = abs(true_index - predicted_index)
        return self.off_diagonal * float(distance) ** self.power if distance else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorCorrection:
    """Decide by ``p / prior ** exponent``: 0 leaves the decision alone, 1 decides as if all classes were equally common.

    ``prior`` are the positive class shares of the training rows, in label-space order; probabilities stay as they are.
    """

    exponent: float = 0.0
    prior: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.exponent <= 2.0:
            raise ValueError(f"exponent {self.exponent} of the prior is not within [0, 2]")
        if self.exponent and not self.prior:
            raise ValueError("a prior correction needs the class shares")
        if not all(0.0 < share <= 1.0 for share in self.prior):
            raise ValueError("class shares are within (0, 1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCut:
    """A threshold on the probability of one class. Above 1 nothing ever reaches it."""

    class_index: int
    at: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.at <= 2.0:
            raise ValueError(f"threshold {self.at} is not within [0, 2]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRule:
    """Which classes a prediction set holds: those whose score is at most the threshold of the class.

    ``alpha`` is the share of rows of a class whose set may miss the truth; ``thresholds`` are in label-space order;
    ``penalty`` per rank beyond ``free_ranks`` belongs to ``raps``. The most probable class is always in the set, so none
    is empty.
    """

    score: str
    alpha: float
    thresholds: tuple[float, ...]
    penalty: float = 0.0
    free_ranks: int = 0

    def __post_init__(self) -> None:
        if self.score not in SET_SCORES:
            raise ValueError(f"score {self.score!r} is none of {', '.join(SET_SCORES)}")
        if not 0.0 < self.alpha < 1.0:
            raise ValueError(f"alpha {self.alpha} is not within (0, 1)")
        if not (math.isfinite(self.penalty) and self.penalty >= 0.0 and self.free_ranks >= 0):
            raise ValueError("penalty and free_ranks are not negative")
        if not all(math.isfinite(x) for x in self.thresholds):
            raise ValueError("thresholds of sets are finite")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule:
    """How a row of calibrated probabilities becomes an answer, or none; versioned with the model.

    Without any part it answers the most probable class. In this order: (1) the cheapest class by ``costs``, or the largest
    ``p / prior ** exponent``; never both, since both weigh classes against each other. (2) ``claims``, first come first
    served: a class is answered wherever its probability reaches its cut (promises of recall), whatever step 1 said, and
    such a row is never abstained on. (3) Abstention: the rest is left to a person where abstaining is cheaper
    (``abstain_costs``: one cost, or one per true class), where the answered class has less probability than
    ``abstain_below``, or less than its own cut in ``floors`` (promises of precision). ``sets`` says which classes stay
    possible and changes no answer.

    ``gates`` come before everything: a row is answered by the first binary model (in the order of the model's gates) whose
    probability reaches its cut, and is never abstained on.

    ``basis`` names the calibrated model whose probabilities the numbers were chosen for (any hash); probabilities that were
    calibrated anew have another basis, and the thresholds must be proved again.

    Raises
    ------
    ValueError
        If the parts do not fit together.

    Examples
    --------
    >>> space = LabelSpace.of(["billing", "refund", "security"])
    >>> rule = DecisionRule.plain(space)
    >>> rule.is_plain, rule.n_classes
    (True, 3)
    """

    label_space_hash: str
    n_classes: int
    costs: Costs = Costs()
    prior: PriorCorrection = PriorCorrection()
    claims: tuple[ClassCut, ...] = ()
    floors: tuple[ClassCut, ...] = ()
    abstain_costs: tuple[float, ...] = ()
    abstain_below: float = 0.0
    sets: tuple[SetRule, ...] = ()
    basis: str = ""
    format_version: int = 1
    gates: tuple[ClassCut, ...] = field(default=(), metadata={LATER: True})

    def __post_init__(self) -> None:
        if self.prior.exponent and not self.costs.is_plain:
            raise ValueError("costs and a prior correction both weigh the classes: give one of them")
        if self.prior.prior and len(self.prior.prior) != self.n_classes:
            raise ValueError(f"{len(self.prior.prior)} class shares for {self.n_classes} classes")
        if len(self.abstain_costs) not in (0, 1, self.n_classes):
            raise ValueError(f"{len(self.abstain_costs)} costs of abstaining for {self.n_classes} classes")
        if not all(math.isfinite(x) and x >= 0.0 for x in self.abstain_costs):
            raise ValueError("costs of abstaining are finite and not negative")
        if not 0.0 <= self.abstain_below <= 2.0:
            raise ValueError(f"abstain_below {self.abstain_below} is not within [0, 2]")
        self._check_columns()
        if any(len(one.thresholds) != self.n_classes for one in self.sets):
            raise ValueError(f"a prediction set needs a threshold for each of {self.n_classes} classes")
        if len({one.alpha for one in self.sets}) != len(self.sets):
            raise ValueError("two rules for sets have the same alpha")

    def _check_columns(self) -> None:
        cut = [one.class_index for one in (*self.claims, *self.floors)]
        if len(set(cut)) != len(cut):
            raise ValueError("a class has two thresholds; a promise of recall and one of precision exclude each other")
        gated = [one.class_index for one in self.gates]
        if len(set(gated)) != len(gated):
            raise ValueError("a class has two gates")
        named = [index for pair in self.costs.pairs for index in (pair.true_index, pair.predicted_index)]
        if not all(0 <= index < self.n_classes for index in (*cut, *named, *gated)):
            raise ValueError(f"a class number lies outside the {self.n_classes} classes")

    @classmethod
    def plain(cls, space: LabelSpace) -> DecisionRule:
        """Give the rule that answers the most probable class and never abstains."""
        return cls(label_space_hash=space.hash, n_classes=len(space))

    @property
    def is_plain(self) -> bool:
        """Whether the answer is always the most probable class."""
        return self.costs.is_plain and not (
            self.gates or self.prior.exponent or self.claims or self.floors or self.abstain_costs or self.abstain_below
        )

    @property
    def hash(self) -> str:
        """Content hash of every number."""
        return content_hash(self)
