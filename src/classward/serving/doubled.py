"""A key given twice in one object: parsers keep the last and say nothing, so a value would be lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import msgspec

from classward.errors import InvalidInput

__all__ = ["check_doubled"]


def check_doubled(body: bytes, decoded: msgspec.Struct) -> None:
    """Refuse a body in which one object has the same key twice.

    A valid body is assumed, and ``decoded`` is what became of it. Every key brings a colon, so a body with as many colons as
    ``decoded`` has keys and colons in its texts has lost nothing. Anything else (a key twice, a field that is passed over or
    given as its default, a colon written as an escape) is parsed once more to be sure.

    Raises
    ------
    InvalidInput
        CW409 naming the key.
    """
    if _ESCAPED not in body and body.count(b":") == _n_colons(decoded):
        return
    json.loads(body, object_pairs_hook=_once, parse_int=_skip, parse_float=_skip, parse_constant=_skip)


_ESCAPED = b"\\u003"
_HOLDS = frozenset({str, dict, list})


def _n_colons(value: Any) -> int:
    """Colons that a decoded value had in the body, at least: one for each key, and those in texts."""
    kind = type(value)
    if kind is str:
        return int(value.count(":"))
    if kind is list:
        return sum([_n_colons(item) for item in value if type(item) in _HOLDS or isinstance(item, msgspec.Struct)])
    if kind is dict:
        n = len(value) + "".join(value).count(":")
        return n + sum([_n_colons(item) for item in value.values() if type(item) in _HOLDS])
    n = 0
    for name, default in _defaults(kind):
        item = getattr(value, name)
        if item != default:
            n += 1 + (_n_colons(item) if type(item) in _HOLDS else 0)
    return n


def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    """Fields and what they are when left out; a needed field has a default that nothing equals."""
    known = _DEFAULTS.get(kind)
    if known is None:
        known = _DEFAULTS[kind] = tuple(
            (field.name, field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory())
            for field in msgspec.structs.fields(kind)
        )
    return known


_DEFAULTS: dict[type[msgspec.Struct], tuple[tuple[str, object], ...]] = {}


def _skip(text: str) -> None:
    """Numbers do not matter here."""


def _once(pairs: list[tuple[str, object]]) -> None:
    if len(pairs) > 1 and len({key for key, _ in pairs}) < len(pairs):
        key = next(key for key, n in Counter(key for key, _ in pairs).items() if n > 1)
        raise InvalidInput(
            "CW409",
            "a key is given twice in one object",
            got=repr(key[:100]),
            why="one of its values would be lost",
            fix="send each key once",
        )
