"""Rows within training that tell when to stop: enough of them to be believed, and each class on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from classward.estimators.inner_fold import inner_folds


def folds(counts: list[int]) -> tuple[np.ndarray, tuple[tuple[np.ndarray, np.ndarray], ...]]:
    y = np.repeat(np.arange(len(counts)), counts)
    return y, inner_folds(y, np.random.default_rng(0))


def test_every_third_of_few_rows_is_left_out_once_with_its_share_of_each_class() -> None:
    y, found = folds([60, 30, 9])
    assert np.array_equal(np.sort(np.concatenate([held for _, held in found])), np.arange(99))
    for rows, held in found:
        assert np.array_equal(np.sort(np.concatenate([rows, held])), np.arange(99))
        assert np.bincount(y[held]).tolist() == [20, 10, 3]


def test_a_class_of_two_rows_keeps_both_everywhere() -> None:
    y, found = folds([60, 30, 2])
    assert len(found) == 3
    assert all((y[rows] == 2).sum() == 2 for rows, _ in found)


def test_a_tenth_of_many_rows_is_left_out() -> None:
    y, found = folds([6000, 3000])
    assert [np.bincount(y[held]).tolist() for _, held in found] == [[600, 300]]


@pytest.mark.parametrize("counts", [[10, 9], [2] * 200, [1] * 20_000])
def test_nothing_is_left_out_where_it_would_tell_nothing(counts: list[int]) -> None:
    assert folds(counts)[1] == ()
