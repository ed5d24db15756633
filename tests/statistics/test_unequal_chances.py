"""Chances add up, are never nothing, and what is drawn by them weighs out right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.statistics import chances_by_benefit, systematic_draw


@given(
    st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1.0)), min_size=1, max_size=60),
    st.integers(0, 70),
    st.floats(0.01, 1.0),
)
def test_chances_sum_to_the_number_asked_and_keep_the_random_share(
    benefit: list[float], n: int, control: float
) -> None:
    given_n, found = len(benefit), chances_by_benefit(np.array(benefit), n, control=control)
    assert found.sum() == pytest.approx(min(n, given_n), abs=1e-6)
    assert (found <= 1.0).all()
    assert (found >= control * min(n, given_n) / given_n - 1e-9).all()
    order = np.argsort(benefit)
    assert (np.diff(found[order]) >= -1e-9).all(), "more benefit never means less chance"


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=50), st.integers(1, 50), st.integers(0, 2**32))
def test_a_draw_has_the_size_asked_and_no_row_twice(benefit: list[float], n: int, seed: int) -> None:
    chances = chances_by_benefit(np.array(benefit), n, control=0.3)
    drawn = systematic_draw(chances, np.random.default_rng(seed))
    assert len(drawn) == len(np.unique(drawn)) == min(n, len(benefit))


def test_each_row_comes_as_often_as_its_chance_says() -> None:
    chances = chances_by_benefit(np.array([9.0, 4.0, 1.0, 1.0, 0.0, 2.0]), 3, control=0.2)
    rng, n = np.random.default_rng(0), 20_000
    counts = np.bincount(np.concatenate([systematic_draw(chances, rng) for _ in range(n)]), minlength=6)
    np.testing.assert_allclose(counts / n, chances, atol=4 * np.sqrt(0.25 / n))


def test_totals_weighed_by_inverse_chances_are_unbiased_where_plain_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    is_wrong = rng.random(400) < 0.1
    chances = chances_by_benefit(np.where(is_wrong, 0.9, 0.1), 40, control=0.3)
    drawn = [systematic_draw(chances, rng) for _ in range(3000)]
    weighed = np.mean([(is_wrong[d] / chances[d]).sum() / 400 for d in drawn])
    plain = np.mean([is_wrong[d].mean() for d in drawn])
    assert weighed == pytest.approx(is_wrong.mean(), abs=0.003)
    assert plain > 2 * is_wrong.mean()


@pytest.mark.parametrize(
    ("benefit", "n", "control"), [([-1.0], 1, 0.5), ([np.nan], 1, 0.5), ([1.0], -1, 0.5), ([1.0], 1, 0.0)]
)
def test_what_cannot_be_is_refused(benefit: list[float], n: int, control: float) -> None:
    with pytest.raises(ValueError, match="cannot choose"):
        chances_by_benefit(np.array(benefit), n, control=control)
