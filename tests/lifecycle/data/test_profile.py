"""The telemetry of an ingest, and the label space of its rows."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import polars as pl
import pytest

from classward.domain import SLO, DataSource, Feature, Task
from classward.errors import NotMulticlass, UnknownClass
from classward.lifecycle.data import build_label_space, profile

ROWS = pl.DataFrame(
    {
        "text": ["hello there", "hello there", "a secret", None, "x"],
        "amount": [1.5, 1.5, math.nan, -2.0, None],
        "day": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 2, 1), None, date(2025, 1, 1)],
        "team": ["b", "b", "ä", "🔥", "ä"],
    }
)
AT = datetime(2026, 11, 23, tzinfo=UTC)


def task(**changes: object) -> Task:
    features = (Feature(name="text", kind="text"), Feature(name="amount", kind="numeric"))
    plain = {"name": "t", "label": "team", "features": features, "train": DataSource(location="t.parquet")}
    return Task(**(plain | changes))  # type: ignore[arg-type]


def test_profile_counts_without_showing_texts() -> None:
    found = profile(ROWS, task(), dataset_hash="abc", taken_at=AT)
    assert (found.hash, found.source, found.n_rows, found.taken_at) == ("abc", "t.parquet", 5, AT)
    assert found.class_counts == (("b", 2), ("ä", 2), ("🔥", 1))
    assert found.n_duplicate_rows == 1
    by_name = {c.name: c for c in found.columns}
    assert (by_name["text"].low, by_name["text"].high) == ("1 characters", "11 characters")
    assert (by_name["amount"].n_missing, by_name["amount"].n_unique) == (2, 2)
    assert (by_name["amount"].low, by_name["amount"].high) == ("-2.0", "1.5")
    assert (by_name["day"].low, by_name["day"].n_missing) == ("2025-01-01", 1)
    assert "secret" not in repr(found)


def test_label_space_is_sorted_with_flags_and_definitions() -> None:
    space = build_label_space(ROWS, task(critical=("🔥",), sensitive=("b",), definitions=(("ä", "umlaut"),)))
    assert space.names == ("b", "ä", "🔥")
    assert (space.critical, space.sensitive) == (("🔥",), ("b",))
    assert space.classes[1].definition == "umlaut"


@pytest.mark.parametrize(
    "changes",
    [
        {"critical": ("bb",)},
        {"sensitive": ("bb",)},
        {"definitions": (("bb", "two"),)},
        {"slos": (SLO(indicator="recall", class_name="bb", target=0.9),)},
    ],
)
def test_a_promise_about_a_class_without_rows_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UnknownClass, match="no row has the class 'bb'") as caught:
        build_label_space(ROWS, task(**changes))
    assert caught.value.code == "CW301"


def test_two_classes_are_not_multiclass() -> None:
    with pytest.raises(NotMulticlass, match="CW201"):
        build_label_space(ROWS.head(3), task())
