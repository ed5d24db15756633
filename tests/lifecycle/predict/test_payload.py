from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest

from classward.lifecycle.predict import PayloadKeeper, PayloadPolicy

COLUMNS = {"email": ["ana@example.org", "bo@example.org", None], "amount": [1.0, 2.0, 3.0], "name": ["ana", "bo", "cy"]}


def keep(keeper, i=0, *, row_id="r", label="common", probability=0.9, flags=()):
    return keeper.keep(COLUMNS, i, row_id=row_id, label=label, probability=probability, flags=flags)


def worn(**policy) -> PayloadKeeper:
    """A keeper that has seen enough of two classes to call a third rare."""
    keeper = PayloadKeeper(PayloadPolicy(**policy))
    for i in range(10_000):
        keep(keeper, row_id=f"w{i}", label="common" if i % 2 else "other")
    return keeper


def test_everything_is_kept_with_weight_one_by_default():
    assert keep(PayloadKeeper(PayloadPolicy())) == (
        '{"email":"ana@example.org","amount":1.0,"name":"ana"}',
        1.0,
    )


@pytest.mark.parametrize("value", ['ä " \\ \n\u2028', 2**70, -0.0, 1e300, True, None, datetime(2026, 1, 5), "\ud800"])
def test_what_is_kept_of_a_value_is_what_json_says(value):
    text, _ = PayloadKeeper(PayloadPolicy()).keep(
        {"a": [value], "b": [1]}, 0, row_id="r", label="x", probability=0.9, flags=()
    )
    assert json.loads(text) == {"a": str(value) if isinstance(value, datetime) else value, "b": 1}


def test_a_share_of_nothing_keeps_nothing():
    assert keep(PayloadKeeper(PayloadPolicy(share=0.0)), flags=("unseen:x",), probability=0.1) is None


@pytest.mark.parametrize(
    "notable",
    [
        {"label": "rare"},
        {"probability": 0.59},
        {"flags": ("missing:amount", "unseen:name")},
        {"flags": ("repaired:amount", "degraded")},
        {"flags": ("abstained",), "label": "(abstained)"},
        {"flags": ("disagrees",)},
    ],
)
def test_notable_rows_are_kept_whatever_their_id(notable):
    keeper = worn(share=0.01)
    kept = [keep(keeper, row_id=f"n{i}", **notable) for i in range(90)]
    assert [weight for _, weight in kept] == [1.0] * 90


def test_what_is_not_kept_has_a_keyed_hash_that_equal_rows_share_and_private_columns_take_no_part_in():
    policy = PayloadPolicy(share=0.1, private=(("name", "drop"),), secret=b"k" * 32)
    first = PayloadKeeper(policy).hash_of(COLUMNS, 0)
    assert first is not None
    assert len(first) == 32
    other_name = COLUMNS | {"name": ["zoe", "bo", "cy"]}
    other_amount = COLUMNS | {"amount": [1.5, 2.0, 3.0]}
    assert PayloadKeeper(policy).hash_of(other_name, 0) == first
    assert PayloadKeeper(policy).hash_of(other_amount, 0) != first
    other_key = PayloadPolicy(share=0.1, private=(("name", "drop"),), secret=b"x" * 32)
    assert PayloadKeeper(other_key).hash_of(COLUMNS, 0) != first
    assert PayloadKeeper(PayloadPolicy(share=0.1)).hash_of(COLUMNS, 0) is None, "without a key values could be guessed"
    assert PayloadKeeper(PayloadPolicy(share=0.0, secret=b"k" * 32)).hash_of(COLUMNS, 0) is None
    assert PayloadKeeper(policy).hash_of(COLUMNS | {"email": ["\ud800", "b", "c"]}, 0), (
        "text that is no text hashes, too"
    )


def test_ordinary_rows_are_sampled_by_their_id_alone():
    first, second = worn(share=0.1), worn(share=0.1)
    kept = [keep(first, row_id=f"o{i}") for i in range(3000)]
    again = [keep(second, row_id=f"o{i}") for i in range(3000)]
    assert kept == again
    assert {found[1] for found in kept if found} == {10.0}
    assert 220 < sum(found is not None for found in kept) < 380


def test_weighted_sums_over_kept_rows_are_those_of_all_rows():
    rng = np.random.default_rng(3)
    keeper = PayloadKeeper(PayloadPolicy(share=0.2))
    n = 20_000
    labels = rng.choice(["a", "b", "c"], n, p=[0.7, 0.295, 0.005])
    probabilities = rng.uniform(0.4, 1.0, n)
    estimated = {"a": 0.0, "b": 0.0, "c": 0.0}
    n_kept = 0
    for i in range(n):
        found = keep(keeper, row_id=f"x{i}", label=str(labels[i]), probability=float(probabilities[i]))
        if found:
            estimated[str(labels[i])] += found[1]
            n_kept += 1
    assert n_kept < 0.5 * n
    assert estimated["c"] == (labels == "c").sum()  # every rare row was kept
    for name in "ab":
        assert estimated[name] == pytest.approx((labels == name).sum(), rel=0.04)


def test_private_values_never_come_out():
    policy = PayloadPolicy(private=(("email", "hash"), ("name", "drop")), secret=b"k" * 32)
    keeper = PayloadKeeper(policy)
    rows = [json.loads(keep(keeper, i)[0]) for i in (0, 1, 0, 2)]
    assert [set(row) for row in rows] == [{"email", "amount"}] * 4
    assert rows[0] == rows[2]
    assert rows[0]["email"] != rows[1]["email"]
    assert rows[0]["email"].startswith("hash:")
    assert rows[3]["email"] is None
    assert "ana" not in json.dumps(rows)


def test_hashes_depend_on_the_key_and_on_the_column():
    columns = {"a": ["x"], "b": ["x"], "c": [datetime(2026, 1, 1)]}
    private = tuple((name, "hash") for name in columns)
    told = []
    for secret in (b"k" * 32, b"l" * 32):
        keeper = PayloadKeeper(PayloadPolicy(private=private, secret=secret))
        kept = keeper.keep(columns, 0, row_id="r", label="a", probability=1.0, flags=())
        told.append(tuple(json.loads(kept[0]).values()))
    assert len({*told[0], *told[1]}) == 6


def test_images_and_vectors_are_told_apart_and_shown_shortly():
    columns = {
        "image": [b"a" * 9000, b"b" * 9000],
        "vector": [np.arange(5000.0), np.arange(5000.0) + (np.arange(5000) == 2500)],
    }
    open_rows = [
        PayloadKeeper(PayloadPolicy()).keep(columns, i, row_id="r", label="a", probability=1.0, flags=())
        for i in (0, 1)
    ]
    assert json.loads(open_rows[0][0])["image"]["n_bytes"] == 9000
    assert len(json.loads(open_rows[0][0])["vector"]) == 5000
    policy = PayloadPolicy(private=(("image", "hash"), ("vector", "hash")), secret=b"k" * 32)
    hashed = [
        json.loads(PayloadKeeper(policy).keep(columns, i, row_id="r", label="a", probability=1.0, flags=())[0])
        for i in (0, 1)
    ]
    assert all(hashed[0][name] != hashed[1][name] for name in columns)
