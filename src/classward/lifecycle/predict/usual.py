"""The usual row, checked without a call per value: every field there, numbers finite, texts that can be stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from classward.domain import InputSchema
from classward.lifecycle.predict.values import CHECKERS, Fault

__all__ = ["UsualRows"]

_NUMBERS = frozenset({float, int})
_TEXTS = frozenset({str})


class UsualRows:
    """Passes rows that have nothing to flag, repair or refuse; of all others it only says that it is not for them.

    Parameters
    ----------
    schema : InputSchema
        Features; with a vector among them no row is usual.
    """

    __slots__ = ("_is_on", "_names", "_numbers", "_others", "_row", "_texts")

    def __init__(self, schema: InputSchema) -> None:
        kinds = [f.kind for f in schema.features]
        self._names = schema.names
        self._is_on = bool(kinds) and "vector" not in kinds
        self._row = _getter(self._names)
        self._numbers = _getter([i for i, kind in enumerate(kinds) if kind == "numeric"])
        self._texts = _getter([i for i, kind in enumerate(kinds) if kind in {"text", "categorical"}])
        rest = [(i, kind) for i, kind in enumerate(kinds) if kind not in {"numeric", "text", "categorical"}]
        self._others = tuple((i, CHECKERS[kind]) for i, kind in rest if kind in CHECKERS)

    def columns(self, rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]] | None:
        """Values in schema order, or nothing if a row needs a closer look."""
        if not self._is_on:
            return None
        n_fields = len(self._names)
        found = []
        for row in rows:
            if type(row) is not dict or len(row) != n_fields:
                return None
            try:
                values = self._row(row)
                if not self._are_usual(values):
                    return None
            except (KeyError, OverflowError, UnicodeEncodeError):
                return None  # a field is missing, a number too large for a float, a text is half a character
            if self._others:
                made = self._with_others(values)
                if made is None:
                    return None
                values = made
            found.append(values)
        return {name: list(column) for name, column in zip(self._names, zip(*found, strict=True), strict=True)}

    def _are_usual(self, values: tuple[Any, ...]) -> bool:
        numbers = self._numbers(values)
        if not (_NUMBERS.issuperset(map(type, numbers)) and math.isfinite(sum(numbers))):
            return False  # a sum can be infinite where no number is: then it takes the longer way
        texts = self._texts(values)
        if not _TEXTS.issuperset(map(type, texts)):
            return False
        joined = "".join(texts)
        if not joined.isascii():
            for text in texts:
                text.encode()
        return "\0" not in joined

    def _with_others(self, values: tuple[object, ...]) -> tuple[object, ...] | None:
        out = list(values)
        for i, checked in self._others:
            value = None if values[i] is None else checked(values[i])
            if value is None or type(value) is Fault:
                return None
            out[i] = value
        return tuple(out)


def _getter(keys: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """``itemgetter`` that gives a tuple however many keys there are."""
    if not keys:
        return lambda _: ()
    if len(keys) == 1:
        only = keys[0]
        return lambda values: (values[only],)
    getter: Callable[[Any], tuple[Any, ...]] = itemgetter(*keys)
    return getter
