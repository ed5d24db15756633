"""A column is judged on rows it was not learned from: by hand, and where reciting would fool it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from classward.lifecycle.data import cross_folds
from classward.lifecycle.data.leakage.coded import coded
from classward.lifecycle.data.leakage.single_column import cell_auc, single_column


def figures(column: pl.Series, y: np.ndarray, n_bins: int = 50) -> object:
    code = coded(column, n_bins=n_bins)
    assert code is not None
    held = cross_folds(y, n_folds=5, groups=None, rng=np.random.default_rng(0))
    return single_column(code, y, held, n_classes=int(y.max()) + 1)


def test_area_equals_scikit_learns_with_ties() -> None:
    rng = np.random.default_rng(0)
    score = rng.integers(0, 12, 300) / 7
    truth = rng.random(300) < 0.2 + score / 4
    ours = cell_auc(score, truth.astype(float), (~truth).astype(float))
    assert ours == pytest.approx(roc_auc_score(truth, score), abs=1e-12)


def test_ids_recite_nothing() -> None:
    y = np.random.default_rng(0).integers(0, 4, 800)
    found = figures(pl.Series("id", [f"T{i}" for i in range(800)]), y)
    assert found.explained == pytest.approx(0.0, abs=0.01)  # type: ignore[attr-defined]
    assert max(found.auc) < 0.6  # type: ignore[attr-defined]


def test_a_copy_explains_everything() -> None:
    y = np.random.default_rng(0).integers(0, 4, 800)
    found = figures(pl.Series("c", y).cast(pl.String), y)
    assert found.accuracy == 1.0  # type: ignore[attr-defined]
    assert found.explained > 0.98  # type: ignore[attr-defined]
    assert found.auc == (1.0, 1.0, 1.0, 1.0)  # type: ignore[attr-defined]


def test_gaussian_column_comes_near_the_best_possible() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 6000)
    found = figures(pl.Series("x", rng.normal(2.0 * y)), y)
    assert found.accuracy == pytest.approx(0.8413, abs=0.02)  # type: ignore[attr-defined]
    assert found.auc[1] == pytest.approx(0.9214, abs=0.01)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("x", [1.0, None, float("nan"), float("inf"), -float("inf")] * 20),
        pl.Series("x", [True, False, None, True, True] * 20),
        pl.Series("x", [None] * 100, dtype=pl.Float64),
        pl.Series("x", [None] * 100, dtype=pl.String),
        pl.Series("x", [None] * 100),
        pl.Series("x", [7] * 100),
        pl.Series("x", ["🙂", "مرحبا", "", " ", None] * 20),
        pl.Series("x", [0.0] * 95 + [1.5, 2.5, 3.5, 4.5, 5.5]),
    ],
)
def test_any_column_has_codes(column: pl.Series) -> None:
    found = coded(column, n_bins=4)
    assert found is not None
    assert found.code.min() >= 0
    assert found.code.max() < found.n_codes
    is_missing = column.is_null().to_numpy() | (
        column.is_nan().fill_null(False).to_numpy() if column.dtype.is_float() else False
    )
    assert np.array_equal(found.code == 0, is_missing)


def test_a_frequent_amount_has_a_bin_of_its_own() -> None:
    values = np.concatenate([np.zeros(900), np.random.default_rng(0).gamma(2.0, 1.0, 100)])
    found = coded(pl.Series("x", values), n_bins=20)
    assert found is not None
    assert len(set(found.code[:900])) == 1
    assert not set(found.code[:900]) & set(found.code[900:])


def test_lists_and_objects_have_none() -> None:
    assert coded(pl.Series("x", [[1], [2]]), n_bins=4) is None
    assert coded(pl.Series("x", [object()], dtype=pl.Object), n_bins=4) is None
