"""Orders, hierarchies and collections of the rest are read from names, and not read into them."""

from __future__ import annotations

import pytest

from classward.lifecycle.data.advice.name_patterns import hierarchy_of, order_of, rest_class


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["high", "low", "Medium"], ("low", "Medium", "high")),
        (
            ["5 stars", "1 star", "3 stars", "2 stars", "4 stars"],
            ("1 star", "2 stars", "3 stars", "4 stars", "5 stars"),
        ),
        (["3", "1", "2", "0"], ("0", "1", "2", "3")),
        (["P3", "P1", "P2"], ("P1", "P2", "P3")),
        (["very_good", "poor", "fair", "good"], ("poor", "fair", "good", "very_good")),
        (["stage 10", "stage 2", "stage 1"], ("stage 1", "stage 2", "stage 10")),
        (["neutral", "positive", "negative"], ("negative", "neutral", "positive")),
        (["XL", "s", "m"], ("s", "m", "XL")),
        (["billing", "refund", "security"], ()),
        (["10101", "20202", "30303"], ()),
        (["low", "high"], ()),
        (["low", "medium", "high", "billing"], ()),
        (["intent 1", "intent 2", "intent 3"], ()),
        (["1", "2", "4"], ()),
        (["low", "LOW", "medium", "high"], ()),
        (["退款", "账单", "安全"], ()),
    ],
)
def test_order(names: list[str], order: tuple[str, ...]) -> None:
    assert order_of(names) == order


@pytest.mark.parametrize(
    ("names", "separator"),
    [
        (["card/lost", "card/stolen", "loan/new", "loan/old"], "/"),
        (["card:lost", "card:stolen", "loan:new", "loan:old", "other"], ":"),
        (["a > b", "a > c", "d > e", "d > f"], " > "),
        (["sport.football", "sport.tennis", "news.local", "news.world"], "."),
        (["and/or", "billing", "refund", "security"], ""),
        (["a/b", "c/d", "e/f"], ""),
        (["/a", "/b", "/c", "/d"], ""),
        (["v1.0", "v1.1", "w2.0", "w2.1"], "."),
    ],
)
def test_hierarchy(names: list[str], separator: str) -> None:
    assert hierarchy_of(names)[0] == separator


@pytest.mark.parametrize(
    ("names", "rest"),
    [
        (["billing", "Other"], "Other"),
        (["card", "none_of_the_above"], "none_of_the_above"),
        (["card", "Sonstiges"], "Sonstiges"),
        (["card", "other questions"], "other questions"),
        (["brother", "mother", "restaurant"], None),
    ],
)
def test_rest(names: list[str], rest: str | None) -> None:
    assert rest_class(names) == rest
