"""What a smaller version of a model loses, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classward.domain import Comparison

__all__ = ["RareFall", "rare_falls"]

_RARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RareFall:
    """A rare class whose recall is lower than before: by how much, on how many rows, and whether that is shown."""

    class_name: str
    n: int
    n_lost: int
    n_won: int
    difference: float
    is_shown: bool


def rare_falls(comparisons: Sequence[Comparison]) -> tuple[RareFall, ...]:
    """Rare classes (fewer than half as many rows as the mean class) that answer fewer rows right than before.

    Few rows seldom prove a fall, so unproved ones are listed too: nothing shown is not nothing lost.

    Parameters
    ----------
    comparisons : sequence of Comparison
        From ``decide_replacement``: all rows first, then every class.
    """
    classes = [c for c in comparisons[1:] if c.counts.n]
    if not classes:
        return ()
    rare = _RARE * sum(c.counts.n for c in classes) / len(classes)
    fallen = [c for c in classes if c.counts.n < rare and c.counts.n_only_live > c.counts.n_only_candidate]
    return tuple(
        RareFall(
            class_name=c.counts.class_name, n=c.counts.n, n_lost=c.counts.n_only_live, n_won=c.counts.n_only_candidate,
            difference=(c.counts.n_only_candidate - c.counts.n_only_live) / c.counts.n, is_shown=c.verdict == "worse",
        )
        for c in sorted(fallen, key=lambda c: (c.counts.n_only_candidate - c.counts.n_only_live) / c.counts.n)
    )  # fmt: skip
