"""Synthetic rows that could not be real are told apart; honest ones are not accused."""

from __future__ import annotations

import numpy as np
import pytest
from mixed_tickets import SCHEMA, SPACE, rows_of

from classward.lifecycle.train import LabelledRows, balanced, realism

RNG = np.random.default_rng(0)


def with_made(columns: dict[str, list[object]], c: int = 3) -> tuple[LabelledRows, int]:
    """Real rows followed by rows of class ``c``; columns that are not given are copied from real rows of the class."""
    real = rows_of()
    n = len(next(iter(columns.values())))
    own = np.resize(np.flatnonzero(real.y_index == c), n).tolist()
    every = {name: [*values, *columns.get(name, [values[i] for i in own])] for name, values in real.columns.items()}
    y = np.concatenate([real.y_index, np.full(n, c)])
    return LabelledRows(columns=every, n=len(y), y_index=y, schema=SCHEMA, label_space=SPACE), real.n


def test_rows_between_rows_pass_the_checks_of_single_columns() -> None:
    rows = balanced(rows_of(), "smote", rng=np.random.default_rng(1))
    found = {one.class_name: one for one in realism(rows, rows_of().n, rng=RNG)}
    assert set(found) == {"card", "login", "refund"}
    for one in found.values():
        assert one.out_of_range.value == 0.0
        assert one.new_values.value == 0.0
        assert one.n_synthetic == one.copies.n
        assert one.distance is not None
        assert one.real_distance is not None
        assert one.distance < 2 * one.real_distance
    assert (found["card"].n_real, found["card"].n_synthetic) == (120, 180)


def test_copies_are_called_copies() -> None:
    rows = balanced(rows_of(), "over", rng=np.random.default_rng(1))
    one = realism(rows, rows_of().n, rng=RNG)[0]
    assert one.copies.value == 1.0
    assert one.distance == 0.0
    assert "100% are copies" in one.remark


@pytest.mark.parametrize(
    ("columns", "share", "words"),
    [
        ({"amount": [900.0] * 20}, "out_of_range", "no real row of the class reaches"),
        ({"items": [-5] * 20}, "out_of_range", "no real row of the class reaches"),
        ({"plan": ["platinum"] * 20}, "new_values", "a category no real row of the class has"),
        ({"plan": ["free"] * 20}, "new_values", "a category no real row of the class has"),
        ({"plan": ["max"] * 20, "is_new": [False] * 20}, "new_combinations", "combine categories"),
    ],
)
def test_planted_violations_are_found(columns: dict[str, list[object]], share: str, words: str) -> None:
    rows, n_real = with_made(columns)
    (one,) = realism(rows, n_real, rng=RNG)
    assert getattr(one, share).value == 1.0
    assert words in one.remark


def test_rows_in_the_midst_of_another_class_are_intruders() -> None:
    real = rows_of()
    billing = np.flatnonzero(real.y_index == 0)[:40].tolist()
    rows, n_real = with_made(
        {name: [real.columns[name][i] for i in billing] for name in ("amount", "items", "plan", "is_new")}
    )
    (one,) = realism(rows, n_real, rng=RNG)
    assert (one.intruders.value or 0.0) > 0.9
    assert "lie among another class" in one.remark
    assert one.intruders.interval is not None


def test_rows_where_nobody_is_lie_far() -> None:
    rng = np.random.default_rng(3)
    rows, n_real = with_made({"amount": rng.uniform(-200, 200, 50).tolist()})
    (one,) = realism(rows, n_real, rng=RNG)
    assert "times as far" in one.remark
