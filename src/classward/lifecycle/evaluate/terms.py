"""Columns as bags of terms: words of a text, or the level of a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference import words_of

__all__ = ["Bags", "bags_of"]

_MISSING = "(missing)"
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Bags:
    """Which terms each row holds, once each: row ``i`` holds ``ids[starts[i]:starts[i + 1]]`` of ``terms``."""

    terms: tuple[str, ...]
    starts: NDArray[np.int64]
    ids: NDArray[np.int64]

    def counts(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """In how many of the given rows each term occurs."""
        found: NDArray[np.int64] = np.bincount(self._of(rows), minlength=len(self.terms))
        return found

    def sums(self, rows: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the weights of the terms of each given row, over the square root of how many it holds."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        places = np.repeat(np.arange(len(rows)), sizes)
        total = np.bincount(places, weights=weights[self._of(rows)], minlength=len(rows))
        return np.asarray(total / np.sqrt(np.maximum(sizes, 1)))

    def _of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        low, sizes = self.starts[rows], self.starts[rows + 1] - self.starts[rows]
        offsets = np.arange(int(sizes.sum())) - np.repeat(sizes.cumsum() - sizes, sizes)
        found: NDArray[np.int64] = self.ids[np.repeat(low, sizes) + offsets]
        return found


def bags_of(values: Sequence[object], kind: str) -> Bags:
    """Cut a text column into words (its first 2,000 characters), or take each value as one term.

    >>> bags_of(["my card", "My CARD?", None], "text").terms
    ('my', 'card', '?', '(missing)')
    """
    known: dict[str, int] = {}
    ids: list[int] = []
    sizes = np.zeros(len(values) + 1, dtype=np.int64)
    for i, value in enumerate(values):
        words = _terms(value, kind)
        ids.extend(known.setdefault(word, len(known)) for word in words)
        sizes[i + 1] = len(words)
    return Bags(tuple(known), sizes.cumsum(), np.array(ids, dtype=np.int64))


def _terms(value: object, kind: str) -> list[str]:
    if value is None or (isinstance(value, float) and value != value):
        return [_MISSING]
    if kind in {"image", "vector"}:
        return ["(present)"]
    if kind == "text":
        return list(dict.fromkeys(words_of(str(value)[:_LONGEST]))) or [_MISSING]
    return [" ".join(str(value).split())]
