"""Each text is encoded once, up to the bound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classward.inference.vector_memory import VectorMemory


class Counting:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.extend(texts)
        return np.array([[len(t), ord(t[0])] for t in texts], dtype=np.float32).reshape(len(texts), 2)


def test_five_folds_encode_each_text_once() -> None:
    encode, memory = Counting(), VectorMemory(most_rows=100)
    texts = [f"{letter}-text" for letter in "abcdefghij"] + ["a-text"]
    for held in range(5):
        fold = [t for i, t in enumerate(texts) if i % 5 != held]
        np.testing.assert_array_equal(memory.look_up(fold, encode)[:, 1], [ord(t[0]) for t in fold])
    assert sorted(encode.seen) == sorted(set(texts))


def test_the_bound_holds_and_answers_stay_right() -> None:
    encode, memory = Counting(), VectorMemory(most_rows=3)
    for _ in range(3):
        for letter in "abcdef":
            np.testing.assert_array_equal(memory.look_up([letter], encode), [[1, ord(letter)]])
        assert len(memory._rows) == 3
    assert len(encode.seen) == 18


def test_the_last_batch_is_kept_whole_for_others_who_share_the_encoder() -> None:
    encode, memory = Counting(), VectorMemory(most_rows=3)
    memory.look_up(list("abcdef"), encode)
    memory.look_up(list("abcdef"), encode)
    assert encode.seen == list("abcdef")
    memory.look_up(["g"], encode)
    assert len(memory._rows) == 3


def test_no_texts_keep_their_width() -> None:
    assert VectorMemory(most_rows=5).look_up([], Counting()).shape == (0, 2)
