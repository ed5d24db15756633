"""Mistyped class names are suspected; names that are merely similar are not."""

from __future__ import annotations

import pytest

from classward.lifecycle.data.label_cells import typo_suspects


@pytest.mark.parametrize(
    ("rare", "frequent"),
    [
        ("secuirty", "security"),
        ("Billing", "billing"),
        ("billing ", "billing"),
        ("data_science", "data science"),
        ("refnd", "refund"),
        ("Strung", "Störung"),
        ("БИЛЛИНГ", "биллинг"),
    ],
)
def test_suspects(rare: str, frequent: str) -> None:
    found = typo_suspects([(frequent, 500), ("other things", 400), (rare, 3)])
    assert [(s.rare, s.n_rare, s.near, s.n_near) for s in found] == [(rare, 3, frequent, 500)]


@pytest.mark.parametrize(
    ("rare", "n", "frequent"),
    [
        ("tier 2", 3, "tier 1"),
        ("secuirty", 60, "security"),
        ("cat", 3, "car"),
        ("legal", 3, "billing"),
        ("outgoing transfer", 3, "incoming transfer"),
        ("🔥", 1, "💧"),
    ],
)
def test_not_suspects(rare: str, n: int, frequent: str) -> None:
    assert typo_suspects([(frequent, 500), ("other things", 400), (rare, n)]) == ()
