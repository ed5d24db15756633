"""What each feature column of a featuriser is called."""

from __future__ import annotations

from classward.inference import (
    BooleanPart,
    CategoryPart,
    DatePart,
    Featuriser,
    NumericPart,
    OrdinalPart,
    SmoothPart,
    TextPart,
)

__all__ = ["feature_names"]

_OF_A_DATE = ("year", "month", "weekday", "hour")


def feature_names(featuriser: Featuriser) -> list[str]:
    """Names in the order of the columns; parts that are not of a table are numbered by their position."""
    parts = (*featuriser.dense, *featuriser.categories, *featuriser.texts)
    return [name for part in parts for name in _names(part)]


def _names(part: object) -> list[str]:
    if isinstance(part, NumericPart | BooleanPart):
        return list(part.columns)
    if isinstance(part, DatePart):
        return [f"{column}: {what}" for column in part.columns for what in _OF_A_DATE]
    if isinstance(part, OrdinalPart):
        return [part.column]
    if isinstance(part, SmoothPart):
        inner = [name for p in part.parts for name in _names(p)]
        return [*inner, *(f"{inner[j]} (missing)" for j in part.gaps.tolist())]
    if isinstance(part, CategoryPart):
        return [f"{part.column}={name}" for name in (*part.categories, "(rare)", "(missing)")]
    if isinstance(part, TextPart):
        return [f"{part.column}: {term}" for term in (*part.words, *(f"…{gram}…" for gram in part.grams))]
    raise TypeError(f"a {type(part).__name__} has no names")
