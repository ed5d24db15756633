from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.inference import grams_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I was charged TWICE!", ["i", "was", "charged", "twice", "!"]),
        ("£20 fee", ["£", "20", "fee"]),
        ("ﬁx my Ⅳ", ["fix", "my", "iv"]),
        ("snake_case", ["snake", "case"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("どこ？ここ。", ["どこ", "?", "ここ", "。"]),
        ("ΣΊΣΥΦΟΣ", ["σίσυφος"]),
        (" \n\t", []),
        ("", []),
        ("a\ud800b", ["ab"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(st.characters(codec=None)))
def test_any_text_is_cut_into_words_without_white_space(text: str) -> None:
    for word in words_of(text):
        assert word
        assert not any(c.isspace() for c in word)


@given(st.text(min_size=1, max_size=12), st.integers(1, 4), st.integers(0, 4))
def test_grams_have_the_asked_sizes_and_cover_the_word(word: str, low: int, more: int) -> None:
    grams = grams_of(word, low, low + more)
    padded = f" {word} "
    assert all(low <= len(g) <= low + more and g in padded for g in grams)
    assert len(grams) == sum(max(len(padded) - size + 1, 0) for size in range(low, low + more + 1))
