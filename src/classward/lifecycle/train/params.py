"""What a recipe says → what a family is given."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from classward.domain import InputSchema
from classward.errors import DataError, nearest
from classward.estimators import (
    BroughtSettings,
    ClusteredSettings,
    ForestSettings,
    KernelSettings,
    LikenessSettings,
    LinearSettings,
    NearestSettings,
    NetworkSettings,
    TreeSettings,
)
from classward.lifecycle.train.family import Params

__all__ = ["settings_of", "without_text"]

_Settings = TypeVar(
    "_Settings",
    BroughtSettings,
    ClusteredSettings,
    ForestSettings,
    KernelSettings,
    LikenessSettings,
    LinearSettings,
    NearestSettings,
    NetworkSettings,
    TreeSettings,
)


def without_text(schema: InputSchema) -> InputSchema:
    """The columns that are not text."""
    return InputSchema(features=tuple(f for f in schema.features if f.kind != "text"))


def settings_of(kind: type[_Settings], params: Params) -> _Settings:
    """Turn a recipe's params into the settings of a family.

    Raises
    ------
    DataError
        CW233 for a param that the family does not have; the nearest is suggested.
    """
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(params) - known)
    if unknown:
        raise DataError(
            "CW233",
            f"a recipe has a parameter that does not exist: {unknown[0]!r}{nearest(unknown[0], known)}",
            fix=f"use {', '.join(sorted(known))}",
        )
    given: dict[str, Any] = dict(params)
    return kind(**given)
