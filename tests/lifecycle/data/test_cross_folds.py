"""Every row is held once, classes are even, groups stay whole, and the same state gives the same folds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.errors import DataError
from classward.lifecycle.data import cross_folds


def counts(y: np.ndarray, held: tuple[np.ndarray, ...]) -> np.ndarray:
    return np.stack([np.bincount(y[rows], minlength=int(y.max()) + 1) for rows in held])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=5, max_size=120), st.integers(2, 5), st.integers(0, 9))
def test_stratified_folds_are_even(labels: list[int], n_folds: int, seed: int) -> None:
    y = np.array(labels)
    held = cross_folds(y, n_folds=n_folds, groups=None, rng=np.random.default_rng(seed))
    assert np.array_equal(np.sort(np.concatenate(held)), np.arange(len(y)))
    sizes = [len(rows) for rows in held]
    assert max(sizes) - min(sizes) <= 1
    table = counts(y, held)
    assert (table.max(axis=0) - table.min(axis=0)).max() <= 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 15)), min_size=12, max_size=150),
    st.integers(2, 4),
    st.integers(0, 9),
)
def test_groups_are_never_divided(rows: list[tuple[int, int]], n_folds: int, seed: int) -> None:
    y, groups = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    if len(np.unique(groups)) < n_folds:
        return
    held = cross_folds(y, n_folds=n_folds, groups=groups, rng=np.random.default_rng(seed))
    assert np.array_equal(np.sort(np.concatenate(held)), np.arange(len(y)))
    assert all(len(part) for part in held)
    for i, part in enumerate(held):
        others = np.concatenate([p for j, p in enumerate(held) if j != i])
        assert not set(groups[part]) & set(groups[others])


def test_groups_of_one_row_are_as_even_as_no_groups() -> None:
    y = np.random.default_rng(3).integers(0, 12, size=503)
    table = counts(y, cross_folds(y, n_folds=5, groups=np.arange(503), rng=np.random.default_rng(0)))
    assert (table.max(axis=0) - table.min(axis=0)).max() <= 1
    assert np.ptp(table.sum(axis=1)) <= 1


def test_customers_with_mixed_classes_stay_nearly_even() -> None:
    rng = np.random.default_rng(5)
    customer = rng.integers(0, 400, size=4000)
    y = rng.choice(5, size=4000, p=[0.5, 0.25, 0.15, 0.07, 0.03])
    table = counts(y, cross_folds(y, n_folds=5, groups=customer, rng=np.random.default_rng(0)))
    fair = np.bincount(y) / 5
    assert (np.abs(table - fair) / fair).max() < 0.15


def test_class_in_as_many_groups_as_folds_is_in_every_fold() -> None:
    y = np.repeat([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 4)
    groups = np.repeat([f"c{i}" for i in range(10)], 4)
    table = counts(y, cross_folds(y, n_folds=5, groups=groups, rng=np.random.default_rng(1)))
    assert (table == 4).all()


def test_same_state_same_folds_and_another_state_others() -> None:
    y = np.random.default_rng(0).integers(0, 4, size=200)
    groups = np.random.default_rng(1).integers(0, 40, size=200)
    for given_groups in (None, groups):
        first, again, other = (
            cross_folds(y, n_folds=4, groups=given_groups, rng=np.random.default_rng(s)) for s in (7, 7, 8)
        )
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
        assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize(("n_folds", "groups"), [(1, None), (4, None), (3, np.array([1, 1, 2]))])
def test_too_few_rows_or_groups_are_refused(n_folds: int, groups: np.ndarray | None) -> None:
    with pytest.raises(DataError) as refused:
        cross_folds(np.array([0, 1, 2]), n_folds=n_folds, groups=groups, rng=np.random.default_rng(0))
    assert refused.value.code == "CW280"


def test_one_giant_group_leaves_no_fold_empty() -> None:
    groups = np.array([0] * 97 + [1, 2, 3])
    y = np.arange(100) % 4
    held = cross_folds(y, n_folds=4, groups=groups, rng=np.random.default_rng(0))
    assert sorted(len(rows) for rows in held) == [1, 1, 1, 97]
