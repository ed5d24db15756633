"""One text column as TF-IDF weights of words, word pairs and character n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from classward.inference.columns import Columns
from classward.inference.features import Csr
from classward.inference.tokens import grams_of, words_of

__all__ = ["TextPart"]

_CHUNK_ROWS = 2048
_CHUNK_CHARS = 500_000
_MEMO_WORDS = 50_000
_MEMO_CHARS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """TF-IDF of one column in two blocks, each of length 1 per row: words with word pairs, and character n-grams.

    A term that occurs ``c`` times weighs ``(1 + ln c) · idf``. Terms never seen in training are ignored; text without
    any known term gives an empty row. Character n-grams stay inside a word, so what a word contributes is looked up
    once and remembered.

    Parameters
    ----------
    column : str
        Feature name.
    words, grams : tuple of str
        Vocabularies; a word pair is joined by one space.
    word_idf, gram_idf : float32 array
        Inverse document frequency per term.
    low, high : int
        Shortest and longest character n-gram.
    """

    column: str
    words: tuple[str, ...]
    grams: tuple[str, ...]
    word_idf: NDArray[np.float32]
    gram_idf: NDArray[np.float32]
    low: int
    high: int
    _words: dict[str, bytes] = field(init=False, repr=False, compare=False)
    _grams: dict[str, int] = field(init=False, repr=False, compare=False)
    _idf: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _memo: dict[str, bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.word_idf.shape != (len(self.words),) or self.gram_idf.shape != (len(self.grams),):
            raise ValueError(f"column {self.column!r}: vocabulary and idf differ in length")
        if not 1 <= self.low <= self.high <= 16:
            raise ValueError(f"column {self.column!r}: n-grams of {self.low} to {self.high} characters")
        ids = np.arange(len(self.words), dtype=np.int32)
        set_ = object.__setattr__
        set_(self, "_words", {word: ids[i].tobytes() for i, word in enumerate(self.words)})
        set_(self, "_grams", {gram: i for i, gram in enumerate(self.grams, start=len(self.words))})
        set_(self, "_idf", np.concatenate([self.word_idf, self.gram_idf]).astype(np.float64))
        set_(self, "_memo", {})

    @property
    def n_columns(self) -> int:
        """Feature columns made: words, then n-grams."""
        return len(self.words) + len(self.grams)

    def transform(self, columns: Columns, n: int) -> Csr:
        """Make a sparse matrix of shape (n, n_columns). A row's values do not depend on the rows beside it."""
        texts = columns[self.column]
        blocks = [self._chunk(texts[start:stop]) for start, stop in _chunks(texts)]
        if len(blocks) == 1:
            counts, indices, data = blocks[0]
        elif blocks:
            counts, indices, data = (np.concatenate(part) for part in zip(*blocks, strict=True))
        else:
            return replace(Csr.empty(0), n_columns=self.n_columns)
        indptr = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(counts, out=indptr[1:])
        return Csr(indptr=indptr, indices=indices, data=data, n_columns=self.n_columns)

    def _chunk(self, texts: Sequence[object]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        found = [b"".join(self._terms(text)) if isinstance(text, str) else b"" for text in texts]
        n, width, n_words = len(found), self.n_columns, len(self.words)
        term = np.frombuffer(b"".join(found), dtype=np.int32).astype(np.int64)
        if n > 1:
            term += np.repeat(np.arange(n) * width, [len(f) >> 2 for f in found])
        term.sort()
        if not len(term):
            return np.zeros(n, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        if n == 1:
            return self._of_one(term)
        starts = np.concatenate(([0], np.flatnonzero(term[1:] != term[:-1]) + 1))
        times = np.diff(starts, append=len(term))
        row, column = np.divmod(term[starts], width)
        value = (1.0 + np.log(times)) * self._idf[column]
        block = 2 * row + (column >= n_words)
        value /= np.sqrt(np.bincount(block, weights=value * value))[block]
        return np.bincount(row, minlength=n), column.astype(np.int32), value.astype(np.float32)

    def _of_one(self, term: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """The same for one row of sorted terms, with half as many steps."""
        is_first = np.empty(len(term) + 1, dtype=np.bool_)
        is_first[0] = is_first[-1] = True
        np.not_equal(term[1:], term[:-1], out=is_first[1:-1])
        starts = is_first.nonzero()[0]
        column = term[starts[:-1]]
        value = self._idf[column]
        if len(column) < len(term):
            value *= 1.0 + np.log(starts[1:] - starts[:-1])
        block = column >= len(self.words)
        value /= np.sqrt(np.bincount(block, weights=value * value))[block.view(np.int8)]
        return np.array([len(column)]), column.astype(np.int32), value.astype(np.float32)

    def _terms(self, text: str) -> Iterator[bytes]:
        memo, pairs = self._memo.get, self._words.get
        before = ""
        for word in words_of(text):
            known = memo(word)
            yield self._look_up(word) if known is None else known
            if before:
                yield pairs(f"{before} {word}", b"")
            before = word

    def _look_up(self, word: str) -> bytes:
        get = self._grams.get
        ids = [i for gram in grams_of(word, self.low, self.high) if (i := get(gram)) is not None]
        found = self._words.get(word, b"") + np.array(ids, dtype=np.int32).tobytes()
        if len(word) <= _MEMO_CHARS and len(self._memo) < _MEMO_WORDS:
            self._memo[word] = found
        return found


def _chunks(texts: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Spans of rows that bound the memory of one step, whatever the number and length of the texts."""
    start = n_chars = 0
    for i, text in enumerate(texts):
        n_chars += len(text) if isinstance(text, str) else 0
        if n_chars >= _CHUNK_CHARS or i + 1 - start >= _CHUNK_ROWS:
            yield start, i + 1
            start, n_chars = i + 1, 0
    if start < len(texts):
        yield start, len(texts)
