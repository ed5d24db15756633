"""Why a row got its class: contributions of columns and words."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from classward.domain.measure import Measure

__all__ = ["Attribution", "AttributionChange", "ClassAttributions", "Contribution", "Example", "Explanation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one column, or one word of a text column (``token``), adds to the score, and how sure that is.

    ``standard_error`` is 0 where the contribution is exact.
    """

    column: str
    value: float
    standard_error: float
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A training row like the one that was answered: its id, its class, and the cosine of their vectors (1: the same)."""

    id: str
    class_name: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A score taken apart: ``base`` plus all contributions is ``score``.

    ``score`` is the log odds (nats) of ``class_name`` against ``contrast``, or against all other classes when ``contrast``
    is ``None``; ``base`` is its mean over background rows. ``scale`` says whether it is of calibrated probabilities or
    uncalibrated logits. ``method`` names how contributions were found. ``stability`` is the rank correlation of
    contributions between two halves of the draws, ``fidelity`` how much more of the score goes when the strongest
    contributions are taken out than when the weakest are (1: all of it, 0: no more); ``None`` where not measured.
    ``warnings`` say in words why not to trust it too far. ``nearest`` are the training rows most like this one, where the
    model compares with training rows.
    """

    class_name: str
    contrast: str | None
    score: float
    base: float
    contributions: tuple[Contribution, ...]
    method: str
    scale: str
    n_background: int
    n_evaluations: int
    stability: float | None = None
    fidelity: float | None = None
    warnings: tuple[str, ...] = ()
    nearest: tuple[Example, ...] = ()
    format_version: int = 1

    def without_words(self, columns: Collection[str]) -> Explanation:
        """The same sums, but no word of these (private) columns: each adds up to one contribution.

        Its standard error is taken as if words were independent.
        """
        spoken = [c for c in self.contributions if c.token is not None and c.column in columns]
        if not spoken:
            return self
        rest = [c for c in self.contributions if c.token is None or c.column not in columns]
        for column in dict.fromkeys(c.column for c in spoken):
            own = [c for c in spoken if c.column == column]
            rest.append(
                Contribution(
                    column=column,
                    value=sum(c.value for c in own),
                    standard_error=math.sqrt(sum(c.standard_error**2 for c in own)),
                )
            )
        rest.sort(key=lambda c: -abs(c.value))
        return replace(self, contributions=tuple(rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Why one logged answer was given, as the record log keeps it beside the record.

    ``explanation`` is an :class:`Explanation` as canonical JSON; ``at`` is when it was made, ``took_ms`` how long that took.
    """

    id: str
    at: datetime
    version: int
    bundle_hash: str
    class_name: str
    explanation: str
    took_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAttributions:
    """What moves a class most over held-out rows that were called so.

    ``columns`` and ``tokens`` are (name, mean size of the contribution, mean contribution), largest first; n is the rows
    explained, or those that hold the word. ``stability`` is the rank correlation of mean contributions (of columns, or of
    words where there are fewer than three columns) between two halves of the rows.
    """

    class_name: str
    n: int
    columns: tuple[tuple[str, Measure, Measure], ...]
    tokens: tuple[tuple[str, Measure, Measure], ...]
    method: str
    stability: float | None = None
    fidelity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionChange:
    """A column or word whose contribution to a class has changed: current minus reference mean, with interval.

    ``verdict`` is ``changed``, ``no change shown`` or ``not enough evidence``.
    """

    class_name: str
    name: str
    difference: Measure
    p_adjusted: float | None
    verdict: str
