"""TF-IDF of one column, against scikit-learn as an oracle."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from classward.estimators import fit_text
from classward.inference import Csr, TextPart, grams_of, words_of

TEXTS = [
    "my card has not arrived, where is my card",
    "I was charged twice for one payment!",
    "why was my payment declined?",
    "The ATM swallowed my card",
    "please refund the payment, please",
    "wo ist meine Karte? Überweisung fehlt",
] * 20
PART = fit_text("text", TEXTS)


def scipy_matrix(csr: Csr) -> sp.csr_matrix:
    return sp.csr_matrix((csr.data, csr.indices, csr.indptr), shape=(csr.n, csr.n_columns))


def words_and_pairs(text: str) -> list[str]:
    found = words_of(text)
    return found + [f"{a} {b}" for a, b in pairwise(found)]


def grams(text: str) -> list[str]:
    return [g for word in words_of(text) for g in grams_of(word, PART.low, PART.high)]


@pytest.mark.parametrize("block", ["words", "grams"])
def test_weights_equal_scikit_learns(block: str) -> None:
    vocabulary = getattr(PART, block)
    oracle = TfidfVectorizer(
        analyzer=words_and_pairs if block == "words" else grams, sublinear_tf=True, vocabulary=vocabulary
    ).fit(TEXTS)
    fresh = [*TEXTS[:6], "my card my card my card", "nothing known: xyzzy", "", "card"]
    ours = scipy_matrix(PART.transform({"text": fresh}, len(fresh))).toarray()
    ours = ours[:, : len(PART.words)] if block == "words" else ours[:, len(PART.words) :]
    np.testing.assert_allclose(ours, oracle.transform(fresh).toarray(), atol=1e-6)


def test_missing_empty_and_unknown_text_give_empty_rows() -> None:
    csr = PART.transform({"text": [None, "", "жжж", "card"]}, 4)
    assert np.diff(csr.indptr)[:3].tolist() == [0, 0, 0]
    assert np.diff(csr.indptr)[3] > 0


def test_no_rows_keep_their_columns() -> None:
    csr = PART.transform({"text": []}, 0)
    assert (csr.n, csr.n_columns) == (0, PART.n_columns)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40), st.sampled_from(TEXTS)), min_size=1, max_size=8))
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str | None]) -> None:
    together = scipy_matrix(PART.transform({"text": texts}, len(texts)))
    for i, text in enumerate(texts):
        alone = scipy_matrix(PART.transform({"text": [text]}, 1))
        np.testing.assert_array_equal(together[i].toarray(), alone.toarray())


def test_columns_ascend_within_rows_and_each_block_has_length_one() -> None:
    csr = PART.transform({"text": TEXTS}, len(TEXTS))
    for i in range(csr.n):
        row = csr.indices[csr.indptr[i] : csr.indptr[i + 1]]
        assert (np.diff(row) > 0).all()
        values = csr.data[csr.indptr[i] : csr.indptr[i + 1]].astype(np.float64)
        is_word = row < len(PART.words)
        np.testing.assert_allclose([(values[is_word] ** 2).sum(), (values[~is_word] ** 2).sum()], 1.0, atol=1e-5)


def test_long_texts_are_worked_off_in_pieces_with_the_same_result() -> None:
    long = " ".join(TEXTS) * 150
    texts = [long, "card", long, None, "payment"]
    together = scipy_matrix(PART.transform({"text": texts}, 5)).toarray()
    alone = [scipy_matrix(PART.transform({"text": [t]}, 1)).toarray()[0] for t in texts]
    np.testing.assert_array_equal(together, alone)


def test_remembered_words_do_not_change_answers() -> None:
    fresh = replace(PART)
    first = fresh.transform({"text": ["cardigan refunded"]}, 1)
    again = fresh.transform({"text": ["cardigan refunded"]}, 1)
    np.testing.assert_array_equal(first.indices, again.indices)
    np.testing.assert_array_equal(first.data, again.data)


def test_vocabulary_and_idf_must_fit() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        TextPart(
            column="t",
            words=("a",),
            grams=(),
            word_idf=np.zeros(2, np.float32),
            gram_idf=np.zeros(0, np.float32),
            low=2,
            high=5,
        )
