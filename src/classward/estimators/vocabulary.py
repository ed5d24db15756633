"""Which terms of a text column are worth a weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classward.inference import TextPart, grams_of, words_of

__all__ = ["fit_text"]

_LOW, _HIGH = 2, 4
_MOST_CHARS = 20_000_000
_FEW_TEXTS = 300
_COMMON_SHARE = 0.5


def fit_text(column: str, texts: Sequence[object], *, most_terms: int = 65_536) -> TextPart:
    """Learn the vocabulary and the rarity of words, word pairs and character n-grams of one column.

    From 300 texts on, terms found in a single text are left out, and n-grams found in more than half of them: they tell
    little and cost most of the memory of training. When the column holds more than 20 million characters, evenly
    spaced rows stand for all.

    Parameters
    ----------
    column : str
        Feature name.
    texts : sequence of str or None
        Training rows.
    most_terms : int
        The most frequent terms kept, for words and n-grams each.

    Returns
    -------
    TextPart
        Terms ordered by frequency, ties by spelling; empty vocabularies if there is no word at all.
    """
    given = [t for t in texts if isinstance(t, str)]
    given = given[:: 1 + sum(map(len, given)) // _MOST_CHARS]
    words: Counter[str] = Counter()
    grams: Counter[str] = Counter()
    grams_by_word: dict[str, frozenset[str]] = {}
    for text in given:
        found = words_of(text)
        words.update({*found, *(f"{a} {b}" for a, b in pairwise(found))})
        seen: set[str] = set()
        for word in set(found):
            if word not in grams_by_word:
                grams_by_word[word] = frozenset(grams_of(word, _LOW, _HIGH))
            seen |= grams_by_word[word]
        grams.update(seen)
    is_small = len(given) < _FEW_TEXTS
    fewest, common = (1, len(given)) if is_small else (2, int(_COMMON_SHARE * len(given)))
    word_terms, word_idf = _keep(words, len(given), range(fewest, len(given) + 1), most_terms)
    gram_terms, gram_idf = _keep(grams, len(given), range(fewest, common + 1), most_terms)
    return TextPart(
        column=column, words=word_terms, grams=gram_terms, word_idf=word_idf, gram_idf=gram_idf, low=_LOW, high=_HIGH
    )


def _keep(counts: Counter[str], n: int, allowed: range, most: int) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    kept = sorted((-count, term) for term, count in counts.items() if count in allowed)[:most]
    frequency = np.array([-count for count, _ in kept], dtype=np.float64)
    idf = np.log((1.0 + n) / (1.0 + frequency)) + 1.0
    return tuple(term for _, term in kept), idf.astype(np.float32)
