"""The plane keeps what varies most."""

from __future__ import annotations

import numpy as np
import pytest

from classward.statistics import principal_plane


def cloud(width: int, n: int = 120) -> np.ndarray:
    rng = np.random.default_rng(0)
    return 5 * rng.standard_normal((n, 2)) @ rng.standard_normal((2, width)) + 0.1 * rng.standard_normal((n, width))


@pytest.mark.parametrize("width", [2, 30, 1_600])
def test_keeps_distances_of_a_flat_cloud(width: int) -> None:
    rows = cloud(width)
    plane, explained = principal_plane(rows)
    assert explained > 0.98
    before, after = (np.linalg.norm(x[:60] - x[60:], axis=1) for x in (rows, plane))
    assert after == pytest.approx(before, rel=0.3, abs=3)
    assert np.var(plane[:, 0]) >= np.var(plane[:, 1])


def test_same_rows_in_another_order_give_the_same_places() -> None:
    rows = cloud(6)
    order = np.random.default_rng(1).permutation(len(rows))
    assert principal_plane(rows[order])[0] == pytest.approx(principal_plane(rows)[0][order], abs=1e-9)


def test_rows_that_do_not_differ_and_single_columns() -> None:
    assert principal_plane(np.ones((4, 3)))[0].tolist() == [[0.0, 0.0]] * 4
    plane, explained = principal_plane(np.arange(5.0)[:, None])
    assert plane.shape == (5, 2)
    assert explained == pytest.approx(1.0)
