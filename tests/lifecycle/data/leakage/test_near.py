"""Near pairs are all there, none is wrong, and the hashing treats every script alike."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest

from classward.lifecycle.data.leakage import near_groups
from classward.lifecycle.data.leakage.near import near_pairs
from classward.lifecycle.data.leakage.shingles import normalised, shingles


def sentences(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    words = [f"{a}{b}{c}" for a in "ktmprs" for b in "aeiou" for c in ("n", "lo", "rie")]
    return [" ".join(rng.choice(words, int(rng.integers(5, 14)))) for _ in range(n)]


def jaccard(a: str, b: str) -> float:
    one, other = ({t[i : i + 5] for i in range(max(1, len(t) - 4))} for t in (a, b))
    return len(one & other) / len(one | other)


def test_pairs_are_those_of_comparing_all_with_all() -> None:
    rng = np.random.default_rng(1)
    texts = sentences(250)
    texts += [t[: int(rng.integers(0, len(t)))] + " " + t[int(rng.integers(0, len(t))) :] for t in texts[:100]]
    texts += [t.replace("a", "e", 1) for t in texts[100:200]]
    first, second, similarity = near_pairs(shingles(texts), jaccard=0.75)
    found = {(int(a), int(b)): float(s) for a, b, s in zip(first, second, similarity, strict=True)}
    true = {
        (i, j): jaccard(texts[i], texts[j])
        for i, j in itertools.combinations(range(len(texts)), 2)
        if jaccard(texts[i], texts[j]) >= 0.75
    }
    assert len(true) > 80
    assert set(found) <= set(true)
    assert len(found) >= len(true) - 2
    assert all(found[pair] == pytest.approx(true[pair]) for pair in found)


def test_only_pairs_of_both_sides_are_looked_for() -> None:
    texts = sentences(60)
    texts += [t + "!" for t in texts]
    side = np.arange(120) >= 60
    first, second, _ = near_pairs(shingles(texts), jaccard=0.8, side=side)
    assert {(int(a), int(b)) for a, b in zip(first, second, strict=True)} >= {(i, i + 60) for i in range(60)}
    assert (side[first] != side[second]).all()


def test_everyone_in_a_crowd_is_found() -> None:
    base = " ".join(sentences(4))
    texts = [base + f" {i:04d}" for i in range(500)] + sentences(200, seed=3)
    side = np.arange(700) % 2 == 0
    first, second, _ = near_pairs(shingles(texts), jaccard=0.8, side=side)
    crowd = np.union1d(first, second)
    assert set(range(0, 500, 2)) <= set(crowd.tolist())
    assert crowd.max() < 500


@pytest.mark.parametrize(
    "text", ["", "a", "ab", "🙂🙂", "مرحبا بالعالم يا صديقي", "退款什么时候到账呢请问", "x" * 300_000]
)
def test_any_text_has_pieces(text: str) -> None:
    sets = shingles([text, "another text"])
    assert sets.starts[1] >= 1
    assert sets.starts[2] > sets.starts[1]


def test_long_texts_that_differ_a_little_are_found() -> None:
    rng = np.random.default_rng(0)
    long = " ".join(sentences(400))
    assert len(long) > 10_000
    words = long.split(" ")
    for i in rng.choice(len(words), len(words) // 100, replace=False):
        words[i] = "changed"
    groups = near_groups(pl.Series("text", [long, " ".join(words), *sentences(50)]))
    assert groups[0] == groups[1]
    assert len(np.unique(groups)) == 51


def test_groups_join_through_others_and_leave_the_empty_alone() -> None:
    a = "could you please tell me when the money i sent to my brother will arrive at his bank account"
    b = a.replace("brother", "sister!")
    c = b.replace("bank account", "bank accounts now")
    groups = near_groups(pl.Series("t", [a, None, c, " ", a.upper(), "something else entirely", b]), jaccard=0.75)
    assert groups[0] == groups[2] == groups[4] == groups[6]
    assert groups.tolist() == [0, 1, 0, 2, 0, 3, 0]


def test_pieces_do_not_depend_on_how_texts_are_chunked() -> None:
    texts = sentences(30)
    together = shingles(texts)
    for i, text in enumerate(texts):
        alone = shingles([text])
        assert np.array_equal(alone.hashes, together.hashes[together.starts[i] : together.starts[i + 1]])


def test_normalising_passes_over_case_and_white_space_only() -> None:
    assert normalised("  Where is\n\tMY Straße? ") == "where is my strasse?"
