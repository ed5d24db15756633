"""A key given twice in one object: parsers keep the last and say nothing, so a value would be lost."""

from __future__ import annotations

import json
from collections import Counter

from classward.errors import InvalidInput

__all__ = ["check_doubled"]


def check_doubled(body: bytes) -> None:
    """Refuse a body in which one object has the same key twice.

    A valid body is assumed. Costs one more parse, a third or so of what answering a row costs.

    Raises
    ------
    InvalidInput
        CW409 naming the key.
    """
    json.loads(body, object_pairs_hook=_once, parse_int=_skip, parse_float=_skip, parse_constant=_skip)


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
