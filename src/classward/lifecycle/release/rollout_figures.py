"""Evidence on a class in one line of words."""

from __future__ import annotations

from collections.abc import Sequence

from classward.domain import WHOLE_TRAFFIC, ClassEvidence, PairTally

__all__ = ["RULES", "figure_in_words", "loss_of"]

RULES = {
    "failures": "the candidate failed",
    "quality": "shown to be worse",
    "burn": "a promise is missed",
}
"""Rules that roll back, in words."""


def loss_of(pairs: Sequence[PairTally]) -> float:
    """Weighted share of rows that the candidate lost less those it won; 0 without rows.

    >>> loss_of([PairTally(n_lost=3, n_same=6, n_won=1)])
    0.2
    """
    n = sum(t.weight * t.n for t in pairs)
    return sum(t.weight * (t.n_lost - t.n_won) for t in pairs) / n if n else 0.0


def figure_in_words(one: ClassEvidence) -> str:
    """Difference, and the rows it rests on."""
    n, lost, won = (sum(getattr(t, name) for t in one.pairs) for name in ("n", "n_lost", "n_won"))
    figure = "accuracy" if one.class_name == WHOLE_TRAFFIC else f"recall of {one.class_name!r}"
    return f"{figure} {-loss_of(one.pairs):+.3f} on {n:,} paired labels ({won} won, {lost} lost)"
