"""Blocks of rows stay together, closed folds stay empty, and no class is missing from train."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.lifecycle.data.split_stratified import stratified_folds, targets_per_class


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=20, max_size=120),
    shares=st.sampled_from([(0.7, 0.1, 0.2), (0.2, 0.2, 0.6), (0.9, 0.1, 0.0), (0.1, 0.45, 0.45)]),
    seed=st.integers(0, 99),
)
def test_blocks_with_mixed_classes(rows: list[tuple[int, int]], shares: tuple[float, ...], seed: int) -> None:
    y = np.unique([c for c, _ in rows], return_inverse=True)[1]
    block = np.unique([b for _, b in rows], return_inverse=True)[1]
    fold = stratified_folds(y, block, shares=np.array(shares), min_per_class=3, rng=np.random.default_rng(seed))
    assert all(len(set(fold[block == b])) == 1 for b in np.unique(block))
    assert set(y[fold == 0]) == set(y)
    if not shares[2]:
        assert not (fold == 2).any()


@given(
    counts=st.lists(st.integers(0, 60), min_size=1, max_size=40),
    shares=st.sampled_from([(0.7, 0.1, 0.2), (0.15, 0.25, 0.6), (0.9, 0.1, 0.0)]),
    limit=st.integers(1, 5),
)
def test_targets_are_within_one_row_and_totals_near(counts: list[int], shares: tuple[float, ...], limit: int) -> None:
    n = np.array(counts)
    found = targets_per_class(n, np.array(shares), limit)
    assert (found.sum(axis=1) == n).all()
    assert (found >= 0).all()
    assert (found[n > 0, 0] > 0).all()
    divided = n >= limit
    assert (found[~divided, 1:] == 0).all()
    assert np.abs(found - n[:, None] * np.array(shares))[divided].max(initial=0) <= 1 + 1e-6
    if not shares[2]:
        assert (found[:, 2] == 0).all()


def test_rounding_does_not_starve_a_small_fold() -> None:
    found = targets_per_class(np.full(1000, 3), np.array([0.7, 0.1, 0.2]), 3)
    assert found.sum(axis=0).tolist() == pytest.approx([2100, 300, 600], abs=2)
