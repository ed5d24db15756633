"""One checker per kind of feature: the value as the model wants it, or what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from numbers import Real

import numpy as np

from classward.domain import Feature

__all__ = ["CHECKERS", "Fault", "checker_of", "type_of"]

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


def _image(value: object) -> object:
    """Bytes of an image file from base64; a path stays text and is refused: nothing is ever opened for a request."""
    if isinstance(value, bytes):
        data = value
    elif isinstance(value, str):
        head, comma, rest = value.partition(",") if value.startswith("data:") else ("", "", value)
        if comma and not head.endswith(";base64"):
            return Fault("CW272", _IMAGE, "a data address without base64")
        try:
            data = base64.b64decode(rest, validate=True)
        except (binascii.Error, ValueError):
            return Fault("CW272", _IMAGE, "text that is not base64")
    else:
        return Fault("CW272", _IMAGE, type_of(value))
    if not data.startswith(_BEGINS):
        return Fault("CW272", _IMAGE, f"{len(data):,} bytes that begin like none of them")
    return data


_IMAGE = "an image file (PNG, JPEG, WEBP, GIF, BMP) in base64"
_BEGINS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


def _vector(feature: Feature, value: object) -> object:
    if isinstance(value, dict) and value.keys() == {"encoder", "vector"}:
        if value["encoder"] != feature.encoder:
            return Fault("CW274", f"a vector made by {feature.encoder!r}", "one made by another encoder")
        value = value["vector"]
    allowed = f"a list of {feature.length} finite numbers"
    if not isinstance(value, list | tuple | np.ndarray):
        return Fault("CW273", allowed, type_of(value))
    if len(value) != feature.length:
        return Fault("CW273", allowed, f"a list of {len(value)}")
    if not all(isinstance(v, Real) and not isinstance(v, bool) for v in value):
        return Fault("CW273", allowed, "a list with something else than numbers")
    try:
        made = np.array(value, dtype=np.float64)
    except OverflowError:
        return Fault("CW273", allowed, "a list with a number too large")
    if not (np.abs(made) <= _LARGEST_FLOAT32).all():
        return Fault("CW273", allowed, "a list with NaN, an infinite number or one too large")
    return made.astype(np.float32)


_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)

CHECKERS: dict[str, Callable[[object], object]] = {
    "text": _text,
    "categorical": _text,
    "numeric": _numeric,
    "boolean": _boolean,
    "date": _date,
    "image": _image,
}
"""Kind of feature → function from a value that is not ``None`` to the checked value or a :class:`Fault`; not of vectors,
whose check knows their length."""


def checker_of(feature: Feature) -> Callable[[object], object]:
    """The function from a value of a feature that is not ``None`` to the checked value or a :class:`Fault`."""
    if feature.kind == "vector":
        return partial(_vector, feature)
    return CHECKERS[feature.kind]
