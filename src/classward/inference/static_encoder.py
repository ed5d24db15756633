"""Text → the mean of its tokens' vectors. NumPy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.tokens import words_of
from classward.inference.vector_memory import VectorMemory

__all__ = ["StaticEncoder"]

_MEMO_WORDS = 50_000
_MEMO_CHARS = 32
_LONGEST_WORD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticEncoder:
    """The weighted mean of token vectors, scaled to length 1; no word order, microseconds a row.

    Words are cut as everywhere (:func:`words_of`), each into the longest known pieces from the left. Use an
    :class:`OnnxEncoder` where word order or context decides and milliseconds a row can be paid.

    Parameters
    ----------
    tokens : tuple of str
        Known pieces.
    vectors : float16 array of shape (n_tokens, n_columns)
        One vector a piece.
    weights : float32 array of shape (n_tokens,)
        How much a piece counts in the mean; 0 leaves it out.
    first, inner : str
        What a piece at the start of a word, and one inside it, is prefixed with in ``tokens``: ``"▁"`` and ``""`` for
        SentencePiece vocabularies, ``""`` and ``"##"`` for WordPiece.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    tokens: tuple[str, ...]
    vectors: NDArray[np.float16]
    weights: NDArray[np.float32]
    first: str = ""
    inner: str = ""
    _memory: VectorMemory[str] = field(init=False, repr=False, compare=False)
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)
    _memo: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n = len(self.tokens)
        if self.vectors.ndim != 2 or len(self.vectors) != n or self.weights.shape != (n,) or not n:
            raise ValueError(f"{n} tokens, vectors {self.vectors.shape}, weights {self.weights.shape} do not fit")
        set_ = object.__setattr__
        set_(self, "_ids", {token: i for i, token in enumerate(self.tokens)})
        set_(self, "_memo", {})
        set_(self, "_longest", max(map(len, self.tokens)))
        set_(self, "_memory", VectorMemory())

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.tokens, self.vectors, self.weights, self.first, self.inner)

    @property
    def n_columns(self) -> int:
        """Numbers per text."""
        return int(self.vectors.shape[1])

    def remember(self, most_rows: int) -> None:
        """Keep the vectors of so many texts in this object, so that cross-fitting encodes each text once."""
        self._memory.most_rows = most_rows

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a float32 array of shape (n, n_columns); zeros for a text without a known piece."""
        return self._memory.look_up(texts, self._encode)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), self.n_columns), dtype=np.float32)
        for i, text in enumerate(texts):
            ids = [token for word in words_of(text) for token in self._pieces(word)]
            mean = self.weights.take(ids) @ self.vectors.take(ids, axis=0).astype(np.float32) if ids else out[i]
            length = float(np.sqrt(mean @ mean))
            if length > 0.0:
                out[i] = mean / length
        return out

    def _pieces(self, word: str) -> tuple[int, ...]:
        known = self._memo.get(word)
        if known is not None:
            return known
        found, start, prefix = [], 0, self.first
        word = word[:_LONGEST_WORD]
        while start < len(word):
            stop = min(len(word), start + self._longest)
            while stop > start and (token := self._ids.get(prefix + word[start:stop])) is None:
                stop -= 1
            if stop > start and token is not None:
                found.append(token)
            start, prefix = max(stop, start + 1), self.inner
        pieces = tuple(found)
        if len(word) <= _MEMO_CHARS and len(self._memo) < _MEMO_WORDS:
            self._memo[word] = pieces
        return pieces


def _rebuild(
    tokens: tuple[str, ...], vectors: NDArray[np.float16], weights: NDArray[np.float32], first: str, inner: str
) -> StaticEncoder:
    return StaticEncoder(tokens=tokens, vectors=vectors, weights=weights, first=first, inner=inner)
