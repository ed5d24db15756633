"""Columns of any kind as a matrix, with names, in pipelines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from classward_project import tickets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from classward import TableFeaturiser
from classward.errors import DataError, UsageError
from classward.estimators import Calibrated, Kernel

TABLE = tickets(200, seed=1)
ROWS, TEAMS = TABLE.drop("team"), TABLE["team"].to_numpy()


def test_names_fit_the_columns_whatever_the_way() -> None:
    for how in ("indicators", "codes", "smooth"):
        featuriser = TableFeaturiser(how).fit(ROWS)
        assert featuriser.transform(ROWS).shape == (200, len(featuriser.get_feature_names_out()))
    names = list(TableFeaturiser("smooth").fit(ROWS).get_feature_names_out())
    assert names[:2] == ["amount", "urgent"]
    assert {"amount (missing)", "country=de", "country=(missing)"} <= set(names)
    assert "text: invoice" in TableFeaturiser().fit(ROWS).get_feature_names_out()


def test_sparse_and_dense_are_the_same() -> None:
    sparse = TableFeaturiser(sparse_output=True).fit_transform(ROWS)
    np.testing.assert_array_equal(sparse.toarray(), TableFeaturiser().fit_transform(ROWS))


def test_a_frame_goes_in_and_a_frame_comes_out() -> None:
    frame = pd.DataFrame(ROWS.to_dict(as_series=False))
    made = TableFeaturiser("smooth").set_output(transform="pandas").fit_transform(frame)
    assert made.columns[0] == "amount"
    polars = TableFeaturiser("codes").set_output(transform="polars").fit_transform(ROWS)
    assert isinstance(polars, pl.DataFrame)
    assert polars.columns[0] == "country"


def test_dates_and_words_get_names() -> None:
    table = pl.DataFrame({"opened": pl.date_range(pl.date(2026, 1, 1), pl.date(2026, 1, 8), eager=True)})
    names = list(TableFeaturiser().fit(table).get_feature_names_out())
    assert names == ["opened: year", "opened: month", "opened: weekday", "opened: hour"]


def test_in_pipelines_with_estimators_of_others_and_of_ours() -> None:
    words = make_pipeline(TableFeaturiser("smooth"), LogisticRegression())
    assert cross_val_score(Calibrated(words, cv=2), ROWS, TEAMS, cv=2).mean() > 0.6
    for how, last in (("codes", HistGradientBoostingClassifier(max_iter=10)), ("smooth", Kernel())):
        assert cross_val_score(make_pipeline(TableFeaturiser(how), last), ROWS, TEAMS, cv=2).mean() > 0.6


def test_refusals() -> None:
    with pytest.raises(UsageError, match=r"CW228(.|\n)*smooth"):
        TableFeaturiser("smoth").fit(ROWS)
    with pytest.raises(DataError, match="CW230"):
        TableFeaturiser().fit(pl.DataFrame({"nothing": [None, None]}))
    with pytest.raises(ValueError, match="feature names"):
        TableFeaturiser().fit(ROWS).transform(ROWS.rename({"amount": "sum"}))
