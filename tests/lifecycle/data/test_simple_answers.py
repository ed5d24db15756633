"""Answers without a model learn from the rows given alone, and are as good as counting by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from classward.domain import ClassDef, LabelSpace
from classward.lifecycle.data import answer_by_column, answer_by_copy

SPACE = LabelSpace(classes=tuple(ClassDef(id=c, name=c) for c in ("billing", "refund", "security")))


def rows(n: int = 900) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    table = pl.DataFrame(
        {
            "noise": rng.normal(size=n),
            "id": [f"T{i}" for i in range(n)],
            "amount": rng.normal(2.0 * y),
            "country": np.array(["de", "fr", "jp"])[np.where(rng.random(n) < 0.5, y, rng.integers(0, 3, n))],
        }
    )
    return table, y


def test_the_column_that_tells_most_answers() -> None:
    table, y = rows()
    fit, held = np.arange(600), np.arange(600, 900)
    found = answer_by_column(
        table, table.columns, y, fit=fit, held=held, label_space=SPACE, rng=np.random.default_rng(0)
    )
    assert found is not None
    assert found.name == "'amount' alone"
    accuracy = float(np.mean(found.proba.predicted == y[held]))
    assert 0.68 < accuracy < 0.85  # the best possible is .79
    country = answer_by_column(
        table, ["country", "id"], y, fit=fit, held=held, label_space=SPACE, rng=np.random.default_rng(0)
    )
    assert country is not None
    assert country.name == "'country' alone"
    share = np.array(
        [np.bincount(y[fit][table["country"][fit].to_numpy() == c], minlength=3) for c in ("de", "fr", "jp")]
    )
    expected = share[np.searchsorted(["de", "fr", "jp"], table["country"][held].to_numpy())].argmax(axis=1)
    assert np.array_equal(country.proba.predicted, expected)


def test_labels_of_held_rows_change_nothing() -> None:
    table, y = rows()
    fit, held = np.arange(600), np.arange(600, 900)
    other = y.copy()
    other[held] = 0
    for columns in (["amount"], ["country"]):
        a, b = (
            answer_by_column(table, columns, t, fit=fit, held=held, label_space=SPACE, rng=np.random.default_rng(0))
            for t in (y, other)
        )
        assert a is not None
        assert b is not None
        assert np.array_equal(a.proba.matrix, b.proba.matrix)


def test_copies_answer_for_rows_alike_and_class_shares_for_others() -> None:
    table = pl.DataFrame({"a": ["x", "x", "y", "z", "x", "new"], "b": [1.0, 1.0, None, 2.0, 1.0, 5.0]})
    y = np.array([0, 0, 1, 2, 1, 2])
    found = answer_by_copy(table, ["a", "b"], y, fit=np.arange(4), held=np.array([4, 5]), label_space=SPACE)
    assert found.n_known == 1
    assert found.proba.predicted.tolist() == [0, 0]
    assert found.proba.matrix[1] == pytest.approx((np.array([2, 1, 1]) + 1 / 3) / 5)
    assert found.proba.matrix[0, 0] > 0.8


def test_nothing_to_count_gives_no_answer() -> None:
    table = pl.DataFrame({"lists": [[1], [2], [3], [4], [5], [6], [7]]})
    y = np.array([0, 1, 2, 0, 1, 2, 0])
    rng = np.random.default_rng(0)
    assert (
        answer_by_column(table, ["lists"], y, fit=np.arange(6), held=np.array([6]), label_space=SPACE, rng=rng) is None
    )
    assert answer_by_column(table, [], y, fit=np.arange(6), held=np.array([6]), label_space=SPACE, rng=rng) is None
