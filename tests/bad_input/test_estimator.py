"""Door two, the estimator in Python: a clear refusal, or an answer for every row."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from bad_tables import rows

from classward import Classifier
from classward.errors import ClasswardError

TABLE = rows()
X, Y = TABLE.drop("label"), TABLE["label"].to_numpy()
N = len(Y)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, None, "requires y"),
        (X, np.where(np.arange(N) % 10 == 0, None, Y), "label|NaN|type|str"),
        (X.with_columns(size=pl.Series([float("inf")] + [1.0] * (N - 1))), Y, "CW219"),
        (X.select([]), Y, "feature|CW230|0"),
        (X.head(0), Y[:0], "0 sample"),
        (X, Y[:-1], "inconsistent"),
        (X, np.zeros(N), "one class"),
        (X, np.arange(N) * 0.37, "Unknown label type"),
        (pl.DataFrame({"a": [None] * N}), Y, "CW230|CW243|nothing"),
        (pl.DataFrame({"a": [["x", "y"]] * N}), Y, "CW"),
    ],
)
def test_refused(x: Any, y: Any, words: str) -> None:
    with pytest.raises((ValueError, TypeError, ClasswardError), match=words):
        Classifier("1s", n_jobs=1).fit(x, y)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"size": [1.0] * N},
        {"size": [None] * N},
        {"size": ["12", "n/a", "3.5", None] * (N // 4)},
        {"text": ["word " * 40_000, *X["text"].to_list()[1:]]},
        {"text": ["💸 بطاقة שגיאה " + t for t in X["text"]]},
    ],
    ids=["constant", "all null", "mixed types", "huge text", "emoji and right to left"],
)
def test_answered(change: dict[str, Any]) -> None:
    x = X.with_columns([pl.Series(name, values, strict=False) for name, values in change.items()])
    proba = Classifier("1s", n_jobs=1).fit(x, Y).predict_proba(x)
    assert proba.shape == (N, 3)
    assert proba.sum(axis=1) == pytest.approx(np.ones(N))


@pytest.mark.slow
def test_a_class_of_one_row_and_labels_of_any_kind_are_kept() -> None:
    y = Y.copy().astype(object)
    y[-1] = "rare"
    assert list(Classifier("1s", n_jobs=1).fit(X, y).classes_) == ["bug", "card", "rare", "refund"]
    numbers = np.unique(Y, return_inverse=True)[1]
    assert set(Classifier("1s", n_jobs=1).fit(X, numbers).predict(X)) <= {0, 1, 2}
