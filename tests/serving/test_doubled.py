from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.errors import InvalidInput
from classward.serving.decode import decode_labels, decode_predict


@pytest.mark.parametrize(
    "body",
    [
        b'{"rows":[{"text":"x","text":"y"}]}',
        b'{"rows":[{"text":"x"}],"rows":[]}',
        b'{"rows":[{"text":"x"},{"a":1,"te\\u0078t":"x","text":2}]}',
    ],
)
def test_a_key_given_twice_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"CW409(.|\n)*'(text|rows)'"):
        decode_predict(body)


def test_labels_too() -> None:
    with pytest.raises(InvalidInput, match="CW409"):
        decode_labels(b'{"labels":[{"id":"a","label":"b","label":"c"}]}')


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), min_size=1), min_size=1))
def test_rows_with_different_keys_pass(rows: list[dict[str, object]]) -> None:
    decoded = decode_predict(json.dumps({"rows": rows}).encode())
    assert [list(row) for row in decoded.rows] == [list(row) for row in rows]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"rows":[{"age":1e999}]}', "too large to be read"),
        (b'{"rows":[{"text":"x \\ud83d"}]}', "half of a character"),
        (b'{"rows":[{"text":"x \\ude00 y"}]}', "half of a character"),
        (b'{"rows":[{"text":"x"}],"ids":["a\\u0000b"]}', r"U\+0000 at place 2"),
    ],
)
def test_errors_say_what_is_wrong(body: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        decode_predict(body)


def test_whole_surrogate_pairs_pass() -> None:
    assert decode_predict(b'{"rows":[{"text":"\\ud83d\\ude00"}]}').rows == [{"text": "😀"}]
