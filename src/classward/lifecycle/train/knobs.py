"""Which settings of a family are worth turning, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from classward.domain import Recipe
from classward.estimators import Knob
from classward.lifecycle.train.treatment import STRENGTHS

__all__ = ["KNOBS", "knobs_of", "turned"]

KNOBS: Mapping[str, tuple[Knob, ...]] = MappingProxyType(
    {
        "lightgbm": (
            Knob(name="learning_rate", low=0.02, high=0.15, is_log=True),
            Knob(name="leaves", low=7, high=95, is_log=True, is_whole=True),
            Knob(name="fewest_rows", low=2, high=60, is_log=True, is_whole=True),
            Knob(name="column_share", low=0.3, high=1.0),
            Knob(name="row_share", low=0.6, high=1.0),
            Knob(name="l2", low=0.05, high=30.0, is_log=True),
        ),
        "kernel": (
            Knob(name="c", low=0.5, high=60.0, is_log=True),
            Knob(name="width", low=0.2, high=4.0, is_log=True),
        ),
        "network": (
            Knob(name="first", low=64, high=384, is_log=True, is_whole=True),
            Knob(name="alpha", low=1e-4, high=3e-2, is_log=True),
            Knob(name="learning_rate", low=5e-4, high=6e-3, is_log=True),
        ),
        "forest": (
            Knob(name="columns", low=0.15, high=1.0),
            Knob(name="fewest_rows", low=1, high=12, is_log=True, is_whole=True),
        ),
    }
)
"""Family → knobs; families without any are not tuned."""


def knobs_of(family: str, *, is_strength_asked: bool = False) -> tuple[Knob, ...]:
    """Knobs of a family; its regularisation is left as it is if a person asked for its strength."""
    fixed = STRENGTHS[family][0] if is_strength_asked and family in STRENGTHS else ""
    return tuple(knob for knob in KNOBS[family] if knob.name != fixed)


def turned(recipe: Recipe, settings: tuple[tuple[str, int | float], ...]) -> Recipe:
    """A recipe with some of its settings replaced."""
    return Recipe(family=recipe.family, params=tuple((dict(recipe.params) | dict(settings)).items()))
