"""Settings of estimators as text: plain values only, and only those that exist."""

from __future__ import annotations

import inspect
import json
from typing import Any

from classward.errors import UsageError, nearest

__all__ = ["changed_settings", "known_settings", "parsed"]

_EXAMPLE = "write '{\"n_estimators\": 200}'"


def parsed(settings: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    UsageError
        CW342 if it is none.
    """
    try:
        given = json.loads(settings)
    except json.JSONDecodeError as error:
        raise UsageError("CW342", "settings of an estimator are no JSON", got=str(error), fix=_EXAMPLE) from None
    if not isinstance(given, dict):
        raise UsageError("CW342", "settings of an estimator are no JSON object", got=settings[:100], fix=_EXAMPLE)
    return given


def known_settings(kind: type[Any], settings: str) -> dict[str, Any]:
    """Read the settings of a class, each one that it has, each a plain value.

    Raises
    ------
    UsageError
        CW342 otherwise.
    """
    given = parsed(settings)
    if not all(_is_plain(value) for value in given.values()):
        raise UsageError(
            "CW342", "settings of an estimator are no JSON object of plain values", got=settings[:100], fix=_EXAMPLE
        )
    known = [p for p in inspect.signature(kind).parameters if p not in ("self", "args", "kwargs")]
    unknown = sorted(set(given) - set(known))
    if unknown and "kwargs" not in inspect.signature(kind).parameters:
        raise UsageError(
            "CW342",
            f"{kind.__name__} has no setting {unknown[0]!r}{nearest(unknown[0], known)}",
            fix=f"use {', '.join(known)}" if known else "give no settings",
        )
    return given


def changed_settings(model: Any) -> dict[str, Any]:
    """What an estimator says otherwise than by default.

    Raises
    ------
    UsageError
        CW342 for a value that is no plain number, text, list or None.
    """
    defaults = {name: p.default for name, p in inspect.signature(type(model)).parameters.items()}
    given = model.get_params(deep=False)
    changed = {name: v for name, v in given.items() if name not in defaults or not _same(v, defaults[name])}
    for name, value in changed.items():
        if not _is_plain(value):
            raise UsageError(
                "CW342",
                f"setting {name!r} of {type(model).__name__} cannot be written down",
                got=type(value).__name__,
                why="a recipe is stored as text, so that training can be repeated and resumed",
                fix="give numbers, texts, lists of them, or None",
            )
    return changed


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return value is None or (isinstance(value, bool | int | float | str) and value == value)


def _same(value: Any, default: Any) -> bool:
    return value is default or (_is_plain(value) and _is_plain(default) and bool(value == default))
