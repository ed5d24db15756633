"""Reports as JSON and back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any

from classward.domain import Report, canonical_json
from classward.errors import DataError

__all__ = ["report_from_json", "report_json", "restored"]

_FORMATS = (1, 2, 3)


def report_json(report: Report) -> str:
    """The report as canonical JSON."""
    return canonical_json(report)


def report_from_json(text: str) -> Report:
    """Read a stored report back, equal to the one that was written.

    Reports of format 1 (before ``analysis``) are read too; what they lack has its default.

    Raises
    ------
    DataError
        CW224 if the report has a format that this version does not know.
    """
    plain: dict[str, Any] = json.loads(text)
    known = plain.get("format_version")
    if type(known) is not int or known not in _FORMATS:
        raise DataError(
            "CW224", "the stored report cannot be read", got=f"format {plain.get('format_version')!r}",
            why="figures read in another format could mean something else", fix="read it with a newer Classward",
        )  # fmt: skip
    report: Report = restored(Report, plain)
    return report


def restored(hint: Any, plain: Any) -> Any:
    """Turn plain JSON back into the noun (or tuple, or number) that a type names.

    >>> from classward.domain import Interval, canonical_json
    >>> span = Interval(low=0.1, high=0.9, level=0.95, method="Wilson")
    >>> restored(Interval, json.loads(canonical_json(span))) == span
    True
    """
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(**{name: restored(hints[name], value) for name, value in plain.items()})
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return None if plain is None else restored(next(a for a in arguments if a is not types.NoneType), plain)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return tuple(restored(arguments[0], value) for value in plain)
    if origin is tuple:
        return tuple(restored(a, value) for a, value in zip(arguments, plain, strict=True))
    return plain
