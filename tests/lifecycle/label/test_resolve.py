"""Answers and late labels, joined whatever the order they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from classward.lifecycle.label import Resolved, label_lag, resolve

START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = START + timedelta(days=30)
DAY_S = 86_400.0
TIME = pl.Datetime("us", "UTC")
ANSWERS = {
    "id": pl.String,
    "at": TIME,
    "version": pl.Int64,
    "route": pl.String,
    "label": pl.String,
    "probability": pl.Float64,
}
LABELS = {
    "id": pl.String, "label": pl.String, "event_at": TIME, "received_at": TIME, "source": pl.String,
    "annotator": pl.String, "weight": pl.Float64, "digest": pl.String,
}  # fmt: skip


def answer(id_: str, hours: float = 0.0, label: str = "a", version: int = 1) -> tuple[object, ...]:
    return (id_, START + timedelta(hours=hours), version, "live", label, 0.8)


def truth(
    id_: str,
    label: str = "a",
    *,
    hours: float = 10.0,
    received: float | None = None,
    digest: str = "",
    source: str = "crm",
) -> tuple[object, ...]:
    received_at = START + timedelta(hours=hours if received is None else received)
    text = digest or f"{id_}/{label}/{hours}/{source}"
    return (id_, label, START + timedelta(hours=hours), received_at, source, None, 1.0, text)


def answers(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ANSWERS, orient="row")


def labels(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LABELS, orient="row")


def resolved(given_answers: pl.DataFrame, given_labels: pl.DataFrame) -> Resolved:
    return resolve(given_answers, given_labels, now=NOW, wait_s=20 * DAY_S)


def test_joined_with_delay() -> None:
    found = resolved(answers(answer("p1"), answer("p2", 1)), labels(truth("p1", "b", hours=4, received=6)))
    one, two = found.outcomes.iter_rows(named=True)
    assert (one["id"], one["label"], one["truth"]) == ("p1", "a", "b")
    assert (one["event_delay_s"], one["delay_s"]) == (4 * 3600.0, 6 * 3600.0)
    assert (one["weight"], one["source"], one["n_conflicting"]) == (1.0, "crm", 0)
    assert two["truth"] is two["delay_s"] is None
    assert found.n_predictions == 2


def test_repeated_answer_counts_once_by_its_first() -> None:
    found = resolved(answers(answer("p1", 5, "b"), answer("p1", 1, "a"), answer("p1", 9, "c")), labels())
    assert (found.n_predictions, found.n_repeated_predictions) == (1, 2)
    assert found.outcomes["label"].to_list() == ["a"]


def test_repeated_label_counts_once() -> None:
    same = {"hours": 4.0, "digest": "d"}
    found = resolved(answers(answer("p1")), labels(truth("p1", **same), truth("p1", received=9, **same)))  # type: ignore[arg-type]
    assert (found.n_duplicate_labels, found.n_conflicting) == (1, 0)
    assert found.outcomes["delay_s"].to_list() == [4 * 3600.0]


def test_of_conflicting_labels_the_last_received_counts() -> None:
    found = resolved(
        answers(answer("p1")),
        labels(
            truth("p1", "b", hours=9, received=10),
            truth("p1", "c", hours=3, received=20),
            truth("p1", "b", hours=8, received=12),
        ),
    )
    assert found.n_conflicting == 1
    assert found.outcomes["truth"].to_list() == ["c"]
    assert found.outcomes["n_conflicting"].to_list() == [1]


def test_same_truth_from_two_sources_is_no_conflict() -> None:
    found = resolved(answers(answer("p1")), labels(truth("p1"), truth("p1", source="audit")))
    assert (found.n_duplicate_labels, found.n_conflicting) == (0, 0)


def test_label_before_its_answer_waits_then_counts_as_unknown() -> None:
    young, old = truth("p8", hours=24 * 15), truth("p9", hours=24 * 5)
    again = truth("p9", "b", hours=24 * 29)
    found = resolved(answers(answer("p1")), labels(young, old, again))
    assert (found.n_waiting, found.n_unknown) == (1, 1)
    assert found.outcomes.height == 1
    late = resolved(answers(answer("p1"), answer("p8"), answer("p9")), labels(young, old, again))
    assert (late.n_waiting, late.n_unknown) == (0, 0)
    assert late.outcomes["truth"].null_count() == 1


def test_truth_before_its_answer_is_counted() -> None:
    found = resolved(answers(answer("p1", 8)), labels(truth("p1", hours=7, received=9)))
    assert found.n_negative_delay == 1
    assert found.outcomes["event_delay_s"].to_list() == [-3600.0]


def test_nothing() -> None:
    found = resolved(answers(), labels())
    assert (found.outcomes.height, found.n_predictions, found.n_waiting) == (0, 0, 0)
    assert {"truth", "delay_s", "event_delay_s", "weight"} <= set(found.outcomes.columns)
    lag = label_lag(found.outcomes, now=NOW)
    assert (lag.n_labelled, lag.coverage, lag.p50_s, lag.n_due) == (0, None, None, 0)


IDS = st.sampled_from(["p1", "p2", "p3", "p4"])
HOURS = st.integers(0, 3).map(float)
CLASSES = st.sampled_from(["a", "b", "c"])
ANSWER_ROWS = st.lists(st.builds(answer, IDS, HOURS, CLASSES, st.integers(1, 2)), max_size=10)
LABEL_ROWS = st.lists(st.builds(truth, IDS, CLASSES, hours=HOURS, received=HOURS), max_size=10)


@settings(deadline=None)
@given(ANSWER_ROWS, LABEL_ROWS, st.randoms())
def test_order_of_arrival_in_the_table_does_not_matter(
    answer_rows: list[tuple[object, ...]], label_rows: list[tuple[object, ...]], random: object
) -> None:
    first = resolved(answers(*answer_rows), labels(*label_rows))
    random.shuffle(answer_rows)  # type: ignore[attr-defined]
    random.shuffle(label_rows)  # type: ignore[attr-defined]
    second = resolved(answers(*answer_rows), labels(*label_rows))
    assert_frame_equal(first.outcomes, second.outcomes)
    for name in Resolved.__slots__:
        if name != "outcomes":
            assert getattr(first, name) == getattr(second, name)


@settings(deadline=None)
@given(ANSWER_ROWS, LABEL_ROWS)
def test_every_row_is_accounted_for(
    answer_rows: list[tuple[object, ...]], label_rows: list[tuple[object, ...]]
) -> None:
    found = resolved(answers(*answer_rows), labels(*label_rows))
    answered, labelled = {row[0] for row in answer_rows}, {row[0] for row in label_rows}
    assert found.n_predictions == len(answered) == found.outcomes.height
    assert found.n_predictions + found.n_repeated_predictions == len(answer_rows)
    assert found.outcomes["truth"].is_not_null().sum() == len(answered & labelled)
    assert found.n_waiting + found.n_unknown == len(labelled - answered)
    assert found.n_duplicate_labels == len(label_rows) - len({row[-1] for row in label_rows})


def test_lag_by_source_class_and_age() -> None:
    rows = [answer(f"p{i}", 0) for i in range(100)] + [answer(f"q{i}", 24 * 29.5) for i in range(20)]
    came = [
        truth(f"p{i}", "a" if i < 60 else "b", hours=float(i + 1), source="crm" if i < 40 else "audit")
        for i in range(80)
    ]
    lag = label_lag(resolved(answers(*rows), labels(*came)).outcomes, now=NOW)
    assert (lag.n_labelled, lag.coverage) == (80, pytest.approx(80 / 120))
    assert (lag.p50_s, lag.p90_s, lag.p99_s) == (41 * 3600.0, 73 * 3600.0, 80 * 3600.0)
    assert [(b.name, b.n, b.p50_s) for b in lag.by_source] == [("audit", 40, 61 * 3600.0), ("crm", 40, 21 * 3600.0)]
    assert [(b.name, b.n) for b in lag.by_class] == [("a", 60), ("b", 20)]
    assert lag.by_age == ((1.0, 20, 0), (7.0, 0, 0), (30.0, 0, 0), (365.0, 100, 80), (None, 0, 0))
    assert (lag.n_due, lag.n_overdue) == (100, 20)


def test_age_classes_hold_every_answer_even_with_a_wrong_clock() -> None:
    rows = answers(answer("old", -24 * 500), answer("now", 24 * 30), answer("ahead", 24 * 31))
    lag = label_lag(resolved(rows, labels()).outcomes, now=NOW)
    assert sum(n for _, n, _ in lag.by_age) == 3
    assert lag.by_age[0] == (1.0, 2, 0)
    assert lag.by_age[-1] == (None, 1, 0)
