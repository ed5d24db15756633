"""How text is cut: into words, and words into character n-grams. Training and serving share this file."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["grams_of", "words_of"]

# Runs of anything but white space and punctuation. Written by what ends a word, since in many scripts a word holds
# combining marks and joiners that ``\w`` does not match. A single mark such as "?" or "€" is a word of its own.
_ENDS = r"\s\x00-/:-@\[-`{-\xbf\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u3000-\u303f\u0964\u0965\u061f\u060c\u061b"
_WORD = re.compile(rf"[^{_ENDS}]+|[^\s\w]").findall


def words_of(text: str) -> list[str]:
    """Cut text into lower-case words after Unicode normalisation (NFKC).

    >>> words_of("Where's my CARD? ﬁne")
    ['where', "'", 's', 'my', 'card', '?', 'fine']
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    found: list[str] = _WORD(text.lower())
    return found


def grams_of(word: str, low: int, high: int) -> list[str]:
    """All n-grams of ``low`` to ``high`` characters of a word with one space on each side.

    >>> grams_of("ab", 2, 3)
    [' a', 'ab', 'b ', ' ab', 'ab ']
    """
    padded = f" {word} "
    return [padded[i : i + size] for size in range(low, high + 1) for i in range(len(padded) - size + 1)]
