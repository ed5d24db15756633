from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from classward.inference import BooleanPart, CategoryPart, DatePart, Featuriser, NumericPart


def test_numbers_are_rounded_to_float32_and_missing_is_nan() -> None:
    out = NumericPart(columns=("age", "price")).transform({"age": [1, None, 2**40], "price": [0.1, -0.0, 1e300]}, 3)
    assert out.dtype == np.float32
    assert out.shape == (3, 2)
    assert out[0].tolist() == [1.0, np.float32(0.1)]
    assert np.isnan(out[1, 0])
    assert np.isfinite(out[2]).all()


def test_booleans() -> None:
    out = BooleanPart(columns=("is_new",)).transform({"is_new": [True, False, None]}, 3)
    assert out[:2, 0].tolist() == [1.0, 0.0]
    assert np.isnan(out[2, 0])


def test_dates_become_year_month_weekday_and_hour() -> None:
    values = [
        datetime(2026, 1, 1, 6, 30),
        date(2026, 7, 2),
        None,
        datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(2025, 12, 31, 23, tzinfo=UTC),
    ]
    out = DatePart(columns=("at",)).transform({"at": values}, 5)
    np.testing.assert_allclose(out[0], [2026 + 6.5 / 24 / 366, 1, 3, 6.5], rtol=1e-6)
    np.testing.assert_allclose(out[1], [2026.5, 7, 3, 0], atol=0.01)
    assert np.isnan(out[2]).all()
    np.testing.assert_array_equal(out[3], out[4])


@pytest.fixture
def country() -> CategoryPart:
    return CategoryPart(column="country", categories=("de", "fr"), grouped=("li", "mt"))


def test_categories_missing_grouped_and_unseen(country: CategoryPart) -> None:
    csr = country.transform({"country": ["fr", "li", None, "atlantis", "mt"]}, 5)
    assert csr.toarray(0, 5).tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 0]]


def test_only_values_training_never_saw_are_flagged(country: CategoryPart) -> None:
    plan = CategoryPart(column="plan", categories=("free",))
    featuriser = Featuriser(categories=(country, plan))
    columns = {"country": ["de", "atlantis", None, "li"], "plan": ["free", "gold", "gold", None]}
    assert featuriser.unseen(columns, 4) == [(), ("unseen:country", "unseen:plan"), ("unseen:plan",), ()]


def test_a_category_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        CategoryPart(column="c", categories=("a", "a"))
    with pytest.raises(ValueError, match="twice"):
        CategoryPart(column="c", categories=("a",), grouped=("a",))


def test_blocks_stand_side_by_side_in_order(country: CategoryPart) -> None:
    plan = CategoryPart(column="plan", categories=("free",))
    featuriser = Featuriser(
        dense=(NumericPart(columns=("age",)), BooleanPart(columns=("is_new",))), categories=(country, plan)
    )
    columns = {"age": [7, 8], "is_new": [True, None], "country": ["fr", "xx"], "plan": [None, "free"]}
    features = featuriser.transform(columns, 2)
    assert features.n_columns == featuriser.n_columns == 2 + 4 + 3
    assert features.dense[:, 0].tolist() == [7.0, 8.0]
    assert features.sparse.toarray(0, 2).tolist() == [[0, 1, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 0, 0]]
    assert features.sparse.toarray(1, 2).tolist() == [[0, 0, 0, 0, 1, 0, 0]]


def test_no_rows_keep_their_columns(country: CategoryPart) -> None:
    featuriser = Featuriser(dense=(NumericPart(columns=("age",)), DatePart(columns=("at",))), categories=(country,))
    features = featuriser.transform({"age": [], "at": [], "country": []}, 0)
    assert features.dense.shape == (0, 5)
    assert (features.sparse.n, features.sparse.n_columns) == (0, 4)
