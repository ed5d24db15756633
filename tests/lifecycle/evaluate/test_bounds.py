"""What looks at a part of the rows says so; figures per class do not."""

from __future__ import annotations

import numpy as np

from classward.domain import Feature, LabelSpace
from classward.inference import Proba
from classward.lifecycle.evaluate import HeldOut, bounds_of, slice_table
from classward.lifecycle.evaluate.confused import ROWS_OF_A_SIDE, confused_pairs
from classward.lifecycle.evaluate.slices import ROWS_OF_SLICES

SPACE = LabelSpace.of(["a", "b", "c"])


def held(n: int) -> HeldOut:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    p = np.clip(0.5 + 0.3 * (2 * y - 1) + rng.normal(scale=0.3, size=n), 0.01, 0.99)
    proba = Proba(np.stack([1 - p, p, np.zeros(n)], axis=1), SPACE)
    return HeldOut(proba, y, {"x": (y + rng.normal(size=n)).tolist()}, (Feature(name="x", kind="numeric"),))


def test_small_tables_are_looked_at_whole() -> None:
    rows = held(1_000)
    assert rows.thinned(1_000) is rows
    assert bounds_of(rows.y_index, n_train=5_000, n_learned=5_000) == ()
    assert sum(s.n for s in slice_table(rows).slices) == 1_000


def test_large_ones_are_thinned_evenly_and_say_so() -> None:
    n = ROWS_OF_SLICES + 1
    rows = held(n)
    assert sum(s.n for s in slice_table(rows).slices) == -(-n // 2)
    slices, separators, column = bounds_of(rows.y_index, n_train=140_000, n_learned=20_000)
    assert f"{-(-n // 2):,} of {n:,} sealed rows" in slices
    assert f"{ROWS_OF_A_SIDE:,} sealed rows of each" in separators
    assert "20,000 of 140,000 training rows" in column
    (pair, other) = confused_pairs(rows, cost=1.0 - np.eye(3))
    wrong = rows.proba.predicted != rows.y_index
    assert pair.n + other.n == int(wrong.sum())  # how often is of all rows
    assert pair.classes_apart[0].auc.n <= 2 * ROWS_OF_A_SIDE
    assert abs((pair.classes_apart[0].auc.value or 0.0) - 0.5) > 0.2
