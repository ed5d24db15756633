from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.lifecycle.data import cross_folds


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_row_is_held_once_groups_stay_together_and_classes_are_level(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 120))
    y = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)))
    n_folds = data.draw(st.integers(2, 5))
    is_grouped = data.draw(st.booleans())
    groups = np.array(data.draw(st.lists(st.integers(0, 15), min_size=n, max_size=n))) if is_grouped else None
    held = cross_folds(y, n_folds=n_folds, groups=groups, rng=np.random.default_rng(0))
    assert sorted(np.concatenate(held).tolist()) == list(range(n))
    if groups is None:
        counts = np.array([np.bincount(y[rows], minlength=6) for rows in held])
        assert (counts.max(axis=0) - counts.min(axis=0)).max() <= 1
        assert np.ptp(counts.sum(axis=1)) <= 6
    else:
        for group in np.unique(groups):
            assert sum(bool((groups[rows] == group).any()) for rows in held) == 1


def test_large_groups_do_not_pile_up_in_one_fold() -> None:
    groups = np.repeat(np.arange(20), 10)
    held = cross_folds(groups % 4, n_folds=5, groups=groups, rng=np.random.default_rng(1))
    assert [len(rows) for rows in held] == [40] * 5


def test_one_fold_is_refused() -> None:
    with pytest.raises(ValueError, match="no row to score"):
        cross_folds(np.zeros(3, dtype=np.int64), n_folds=1, groups=None, rng=np.random.default_rng(0))
