"""What is not one label out of three or more is refused, each with its own code and way out."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from classward.domain import DataSource, Feature, Task
from classward.errors import DataError, NotMulticlass
from classward.lifecycle.data import check_target, looks

TASK = Task(
    name="t", label="y", features=(Feature(name="x", kind="text"),), train=DataSource(location="t.csv"), id_column="id"
)


def frame(labels: object, ids: list[str] | None = None) -> pl.DataFrame:
    y = labels if isinstance(labels, pl.Series) else pl.Series("y", labels)
    n = len(y)
    return pl.DataFrame(
        {"id": ids or [f"r{i}" for i in range(n)], "x": [f"some words of row {i}" for i in range(n)], "y": y}
    )


@pytest.mark.parametrize(
    ("labels", "code", "says"),
    [
        (["yes", "no"] * 10, "CW201", "'no' (10 rows)"),
        (["only"] * 10, "CW201", "1 class(es)"),
        ([None] * 6, "CW204", "6 rows, none with a label"),
        ([i * 0.37 for i in range(60)], "CW203", "60 different numbers"),
        (list(range(200)), "CW203", "200 different numbers"),
        ([date(2026, 1, 1 + i % 5) for i in range(20)], "CW203", "Date"),
        (["a|b", "b|c", "a", "a|c", "c|a"] * 4, "CW205", "separated by '|'"),
        (["sport, news", "news, music", "music", "sport, music"] * 4, "CW205", "separated by ','"),
        ([["a", "b"], ["c"], ["a"]], "CW205", "List"),
    ],
)
def test_refusals(labels: list[object], code: str, says: str) -> None:
    with pytest.raises(NotMulticlass, match=code) as caught:
        check_target(frame(labels), TASK)
    assert caught.value.code == code
    assert says in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize(
    "labels",
    [
        ["Smith, John", "Meyer, Anna", "Dupont, Eve"] * 4,
        ["Hardware, printer", "Hardware, screen", "Network, wifi"] * 4,
        [0, 1, 2, 3] * 5,
        [1.0, 2.0, 3.0] * 5,
        ["ja", "nein", None, "vielleicht"] * 3,
        ["🔥", "💧", "قانوني"] * 2,
        ["a", "b", "c"],
    ],
)
def test_real_classes_pass(labels: list[object]) -> None:
    check_target(frame(labels), TASK)


def test_several_labels_per_id_are_counted_with_examples() -> None:
    rows = frame(["a", "b", "c", "a", "b"], ids=["r1", "r1", "r2", "r3", "r3"])
    with pytest.raises(NotMulticlass, match="2 ids have several labels") as caught:
        check_target(rows, TASK)
    assert caught.value.code == "CW202"
    assert "'r1', 'r3'" in caught.value.got
    assert "--group" in caught.value.fix


def test_the_same_label_twice_for_an_id_is_no_multilabel_task() -> None:
    check_target(frame(["a", "a", "b", "c"], ids=["r1", "r1", "r2", "r3"]), TASK)


def test_a_misspelt_label_is_suggested() -> None:
    with pytest.raises(NotMulticlass, match="did you mean 'team'") as caught:
        looks(pl.DataFrame({"team": ["a"], "x": ["b"]}), label="taem", name="t", source=TASK.train)
    assert "clustering" in caught.value.why


def test_blank_labels_are_not_a_class() -> None:
    with pytest.raises(DataError, match="2 rows have blank text") as caught:
        check_target(frame(["a", "b", "c", " ", ""]), TASK)
    assert caught.value.code == "CW208"


def test_a_missing_id_column_is_named() -> None:
    with pytest.raises(DataError, match="no column 'id'"):
        check_target(frame(["a", "b", "c"]).drop("id"), TASK)


def test_who_insists_may_use_a_column_that_looks_continuous() -> None:
    rows = frame([i * 3 // 4 for i in range(300)])
    with pytest.raises(NotMulticlass, match="--insist"):
        looks(rows, label="y", name="t", source=TASK.train)
    found = looks(rows, label="y", name="t", source=TASK.train, insist=True)
    assert len(found.class_counts) == 225
