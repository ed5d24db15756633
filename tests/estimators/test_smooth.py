"""Curves follow the ranks of the training rows, and gaps, ties and outliers do no harm."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, rankdata
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from classward.domain import Feature, InputSchema
from classward.errors import DataError
from classward.estimators import fit_ordinal_featuriser, fit_smooth_featuriser, fit_smooth_part
from classward.inference import CategoryPart, NumericPart, OrdinalPart, SmoothPart

ONE = (NumericPart(columns=("x",)),)


def smoothed(train: list[object], rows: list[object]) -> np.ndarray:
    part = fit_smooth_part(ONE, {"x": train}, len(train))
    return part.transform({"x": rows}, len(rows))


def test_a_value_becomes_the_normal_score_of_its_mean_rank() -> None:
    values = np.round(np.random.default_rng(0).lognormal(size=300), 1).astype(np.float32)
    assert 12 < len(np.unique(values)) < 200  # ties
    want = np.clip(norm.ppf((rankdata(values) - 0.5) / 300), -3, 3)
    np.testing.assert_allclose(smoothed(values.tolist(), values.tolist())[:, 0], want, atol=1e-6)


def test_many_different_values_agree_with_the_library() -> None:
    rng = np.random.default_rng(1)
    values, fresh = rng.gamma(2.0, size=5000), rng.gamma(2.0, size=500)
    library = QuantileTransformer(output_distribution="normal", n_quantiles=500).fit(values[:, None])
    want = np.clip(library.transform(fresh[:, None])[:, 0], -2.5, 2.5)
    got = smoothed(values.tolist(), fresh.tolist())[:, 0]
    assert np.abs(np.clip(got, -2.5, 2.5) - want).max() < 0.02


def test_few_different_values_are_centred_and_scaled() -> None:
    values = np.random.default_rng(2).integers(0, 9, 400).astype(np.float32)
    want = StandardScaler().fit_transform(values[:, None].astype(np.float64))
    np.testing.assert_allclose(smoothed(values.tolist(), values.tolist()), want, atol=1e-6)


def test_beyond_the_training_rows_nothing_grows() -> None:
    values = np.random.default_rng(3).normal(size=2000)
    out = smoothed(values.tolist(), [-1e38, float(values.min()), float(values.max()), 1e38])[:, 0]
    assert out.tolist() == [-3.0, -3.0, 3.0, 3.0]


def test_a_gap_becomes_the_median_and_is_marked_where_training_had_gaps() -> None:
    values: list[object] = [None if i % 10 == 0 else float(i) for i in range(1000)]
    out = smoothed(values, [None, 500.0])
    assert out.shape == (2, 2)
    assert abs(out[0, 0] - out[1, 0]) < 0.01
    assert out[0, 1] > out[1, 1] == 0
    assert smoothed([float(i) for i in range(50)], [None, 24.5]).shape == (2, 1)


@pytest.mark.parametrize("values", [[None, None, None], [5.0, 5.0, 5.0], [None, 7.0, 7.0]])
def test_columns_that_say_nothing_become_zero(values: list[object]) -> None:
    assert (smoothed(values, [None, 5.0, -1e30])[:, 0] == 0).all()


def test_one_row_equals_many() -> None:
    values = np.random.default_rng(4).normal(size=900).tolist()
    part = fit_smooth_part(ONE, {"x": values}, 900)
    together = part.transform({"x": values}, 900)
    for i in (0, 450, 899):
        np.testing.assert_array_equal(part.transform({"x": values[i : i + 1]}, 1)[0], together[i])


SCHEMA = InputSchema(
    features=(
        Feature(name="age", kind="numeric"),
        Feature(name="plan", kind="categorical"),
        Feature(name="is_new", kind="boolean"),
    )
)
COLUMNS: dict[str, list[object]] = {
    "age": [float(i) for i in range(40)],
    "plan": ["gold"] * 20 + ["free"] * 14 + ["odd"] * 4 + ["once", None],
    "is_new": [bool(i % 2) for i in range(40)],
}


def test_smooth_features_pool_rare_categories() -> None:
    featuriser = fit_smooth_featuriser(SCHEMA, COLUMNS, 40)
    assert isinstance(featuriser.dense[0], SmoothPart)
    assert featuriser.categories == (CategoryPart(column="plan", categories=("gold", "free"), grouped=("odd", "once")),)
    features = featuriser.transform({"age": [None], "plan": ["once"], "is_new": [None]}, 1)
    assert not np.isnan(features.dense).any()
    assert features.sparse.indices.tolist() == [2]
    assert featuriser.unseen({"plan": ["new", "once", None]}, 3) == [("unseen:plan",), (), ()]


def test_ordinal_features_are_codes_in_the_order_of_names() -> None:
    featuriser = fit_ordinal_featuriser(SCHEMA, COLUMNS, 40)
    assert featuriser.dense[0] == OrdinalPart(column="plan", categories=("free", "gold", "odd"), grouped=("once",))
    rows: dict[str, list[object]] = {
        "age": [None] * 6, "plan": ["free", "gold", "odd", "once", "new", None], "is_new": [None] * 6
    }  # fmt: skip
    features = featuriser.transform(rows, 6)
    np.testing.assert_array_equal(features.dense[:, 0], [0, 1, 2, 3, -1, np.nan])
    assert features.sparse.n_columns == 0
    assert featuriser.unseen(rows, 6) == [(), (), (), (), ("unseen:plan",), ()]


@pytest.mark.parametrize("fit", [fit_smooth_featuriser, fit_ordinal_featuriser])
def test_nothing_to_learn_from_is_refused(fit) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match="CW230"):
        fit(InputSchema(features=SCHEMA.features[:1]), {"age": [None] * 3}, 3)
    with pytest.raises(DataError, match="CW230"):
        fit(InputSchema(features=(Feature(name="body", kind="text"),)), {"body": ["a"] * 3}, 3)
