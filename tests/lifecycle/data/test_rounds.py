"""Rounds learn from no row that they are measured on; forward rounds never learn from the future."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.errors import DataError
from classward.lifecycle.data import cross_folds, forward_rounds, nested_rounds, rounds_of


def test_rounds_hold_out_what_they_do_not_learn_from() -> None:
    y = np.arange(60) % 4
    made = rounds_of(cross_folds(y, n_folds=5, groups=None, rng=np.random.default_rng(0)))
    for part in made:
        assert np.array_equal(np.union1d(part.fit, part.held), np.arange(60))
        assert len(np.intersect1d(part.fit, part.held)) == 0
        assert not part.fit.flags.writeable


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=6, max_size=80), st.integers(1, 4))
def test_forward_rounds_learn_from_the_past_only(moments: list[int], n_folds: int) -> None:
    times = np.array(moments)
    if len(set(moments)) < n_folds + 1:
        with pytest.raises(DataError, match="CW281"):
            forward_rounds(times, n_folds=n_folds)
        return
    made = forward_rounds(times, n_folds=n_folds)
    assert len(made) == n_folds
    for part in made:
        assert len(part.fit)
        assert len(part.held)
        assert times[part.fit].max() < times[part.held].min()
    last = made[-1]
    assert len(last.fit) + len(last.held) == len(times)


def test_forward_rounds_have_blocks_of_about_the_same_size() -> None:
    times = np.random.default_rng(0).permutation(1200)
    assert {len(part.held) for part in forward_rounds(times, n_folds=5)} == {200}


def test_nested_rounds_never_choose_by_what_they_state() -> None:
    rng = np.random.default_rng(2)
    y, customer = rng.integers(0, 5, 300), rng.integers(0, 60, 300)
    made = nested_rounds(y, n_outer=4, n_inner=3, groups=customer, rng=np.random.default_rng(0))
    assert np.array_equal(np.sort(np.concatenate([r.outer.held for r in made])), np.arange(300))
    for part in made:
        assert np.array_equal(np.sort(np.concatenate([r.held for r in part.inner])), part.outer.fit)
        for inner in part.inner:
            seen = set(customer[inner.fit]) | set(customer[inner.held])
            assert not seen & set(customer[part.outer.held])
            assert not set(customer[inner.fit]) & set(customer[inner.held])


def test_nested_rounds_by_time_go_forward_on_both_levels() -> None:
    times = np.random.default_rng(1).integers(0, 1000, 400)
    for part in nested_rounds(
        np.zeros(400, dtype=np.int64), n_outer=3, n_inner=2, groups=None, time_us=times, rng=np.random.default_rng(0)
    ):
        for inner in part.inner:
            assert times[inner.fit].max() < times[inner.held].min()
            assert times[inner.held].max() < times[part.outer.held].min()
