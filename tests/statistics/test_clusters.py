from __future__ import annotations

import numpy as np

from classward.statistics import weighted_k_means


def test_groups_that_lie_apart_are_found() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(20, 2)), rng.normal(size=(30, 2)) + 20])
    group = weighted_k_means(points, np.ones(50), 2, rng=np.random.default_rng(1))
    assert len(set(group[:20].tolist())) == len(set(group[20:].tolist())) == 1
    assert group[0] != group[-1]


def test_equal_points_and_more_groups_than_points_do_no_harm() -> None:
    rng = np.random.default_rng(0)
    assert set(weighted_k_means(np.ones((5, 2)), np.ones(5), 3, rng=rng).tolist()) == {0}
    assert len(weighted_k_means(np.eye(3), np.ones(3), 9, rng=rng)) == 3
