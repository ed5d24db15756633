"""Mean of token vectors: pieces from the left, weights, length 1."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.inference import EmbeddingPart, StaticEncoder

PIECES = ("card", "##s", "car", "##d", "pay", "##ment", "?", "?!")
VECTORS = np.eye(8, 4, dtype=np.float16) + np.arange(8, dtype=np.float16)[:, None] / 8
WORDPIECE = StaticEncoder(
    tokens=PIECES, vectors=VECTORS, weights=np.array([1, 2, 1, 1, 1, 0, 1, 1], np.float32), inner="##"
)


def expected(*pieces: str) -> np.ndarray:
    ids = [PIECES.index(p) for p in pieces]
    total = (WORDPIECE.weights[ids, None] * VECTORS[ids].astype(np.float32)).sum(axis=0)
    return total / np.linalg.norm(total)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("card", ("card",)),
        ("Cards", ("card", "##s")),
        ("payment cards", ("pay", "##ment", "card", "##s")),
        ("xsd", ("##s", "##d")),  # an unknown first letter is passed over; what follows is inside the word
    ],
)
def test_words_become_their_longest_pieces(text: str, pieces: tuple[str, ...]) -> None:
    np.testing.assert_allclose(WORDPIECE.encode([text])[0], expected(*pieces), rtol=1e-5)


def test_sentencepiece_marks_the_first_piece() -> None:
    encoder = StaticEncoder(
        tokens=("▁card", "card", "s"), vectors=np.eye(3, dtype=np.float16), weights=np.ones(3, np.float32), first="▁"
    )
    made = encoder.encode(["cards", "scard"])
    np.testing.assert_allclose(made, [[2**-0.5, 0, 2**-0.5], [0, 1, 0]], atol=1e-6)


def test_weight_zero_leaves_a_piece_out() -> None:
    np.testing.assert_allclose(WORDPIECE.encode(["payment"]), WORDPIECE.encode(["pay"]))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=30), max_size=6))
def test_rows_have_length_one_or_zero_and_stand_alone(texts: list[str]) -> None:
    made = WORDPIECE.encode(texts)
    assert made.shape == (len(texts), 4)
    lengths = np.linalg.norm(made, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))
    for row, text in zip(made, texts, strict=True):
        np.testing.assert_array_equal(row, WORDPIECE.encode([text])[0])


def test_missing_blank_and_unknown_texts_are_missing_numbers() -> None:
    part = EmbeddingPart(column="t", encoder=WORDPIECE)
    made = part.transform({"t": [None, "", "  ", "жжж", "card"]}, 5)
    assert made.dtype == np.float32
    assert np.isnan(made[:4]).all()
    assert np.isfinite(made[4]).all()
    assert part.transform({"t": []}, 0).shape == (0, 4)


def test_pickled_encoders_answer_alike() -> None:
    again = pickle.loads(pickle.dumps(WORDPIECE))  # noqa: S301  our own bytes
    np.testing.assert_array_equal(again.encode(["cards?"]), WORDPIECE.encode(["cards?"]))


def test_pieces_must_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        StaticEncoder(tokens=("a",), vectors=np.zeros((2, 3), np.float16), weights=np.ones(1, np.float32))
