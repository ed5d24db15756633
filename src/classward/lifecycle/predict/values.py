"""One checker per kind of feature: the value as the model wants it, or what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from numbers import Real

__all__ = ["CHECKERS", "Fault", "type_of"]

_LARGEST = 2**1023


class Fault:
    """What is wrong with a value: code, what it must be, what it is. Never the value itself."""

    __slots__ = ("allowed", "code", "got")

    def __init__(self, code: str, allowed: str, got: str) -> None:
        self.code, self.allowed, self.got = code, allowed, got


def type_of(value: object) -> str:
    """Name the type of a value in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true/false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Real):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return type(value).__name__


def _text(value: object) -> object:
    if not isinstance(value, str):
        return Fault("CW403", "text", type_of(value))
    if "\0" in value:
        return Fault("CW405", "text without NUL characters", "text with a NUL character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return Fault("CW405", "text that is valid Unicode", "text with half a surrogate pair")
    return value


def _numeric(value: object) -> object:
    if type(value) is float:
        return value if math.isfinite(value) else Fault("CW404", "a finite number", "NaN or an infinite number")
    if type(value) is int:
        return value if abs(value) <= _LARGEST else Fault("CW404", "a finite number", "a number too large")
    if isinstance(value, bool) or not isinstance(value, Real):
        return Fault("CW403", "a number", type_of(value))
    number = float(value)
    return number if math.isfinite(number) else Fault("CW404", "a finite number", "NaN or an infinite number")


def _boolean(value: object) -> object:
    return value if isinstance(value, bool) else Fault("CW403", "true or false", type_of(value))


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return Fault("CW403", "a date as ISO 8601 text, such as 2026-11-12 or 2026-11-12T14:03:00Z", type_of(value))
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return Fault("CW403", "a date as ISO 8601 text, such as 2026-11-12 or 2026-11-12T14:03:00Z", "other text")


CHECKERS: dict[str, Callable[[object], object]] = {
    "text": _text,
    "categorical": _text,
    "numeric": _numeric,
    "boolean": _boolean,
    "date": _date,
}
"""Kind of feature → function from a value that is not ``None`` to the checked value or a :class:`Fault`."""
