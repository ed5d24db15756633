"""Two classes that are taken for each other, and what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.measure import Measure

__all__ = ["PairAnalysis", "Separator", "TermEffect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEffect:
    """A word or level that is more frequent on one side: log odds ratio, its z, and the rows of each side with it."""

    term: str
    log_odds: float
    z: float
    n_first: int
    n_second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Separator:
    """How well one column alone tells two sets of rows apart.

    ``auc`` is the chance that a row of the first set scores above one of the second, on the column alone: 0.5 tells
    nothing. Numbers are scored as they are (so it may be below 0.5), levels and words by odds learned on the other half
    of the rows. ``terms`` are those most typical of either side, by size of z.
    """

    column: str
    kind: str
    auc: Measure
    terms: tuple[TermEffect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAnalysis:
    """A true class taken for another: how often, what it costs, what a simple model does, and what separates the two.

    ``cost`` is the cost of these rows per row of the true class, ``cost_share`` its share of all costs. ``baselines`` are
    (name, rate) of models that must be beaten, on the same rows. ``classes_apart`` ranks columns by how well they tell
    the two true classes apart, best first; ``errors_apart`` by how well they tell the confused rows of the true class
    from those that were found: what stands out there is what misleads the model.
    """

    true_class: str
    predicted_class: str
    n: int
    rate: Measure
    cost: Measure
    cost_share: float | None
    rank_by_rate: int
    rank_by_cost: int
    baselines: tuple[tuple[str, Measure], ...] = ()
    classes_apart: tuple[Separator, ...] = ()
    errors_apart: tuple[Separator, ...] = ()
