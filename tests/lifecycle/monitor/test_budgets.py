"""Budgets count events in event time, weigh them alike, and never call silence success."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from classward.domain import SLO, ErrorBudget
from classward.lifecycle.monitor import error_budgets
from classward.lifecycle.monitor.burn_rules import QUALITY_RULES, REQUEST_RULES, burn_rules

NOW = datetime(2026, 3, 10, tzinfo=UTC)
RECALL = SLO(indicator="recall", class_name="legal", target=0.8)
NO_FAILURES = pl.DataFrame(schema={"at": pl.Datetime("us", "UTC"), "n": pl.Int64})
Row = tuple[float, str, str | None, float]


def window(rows: list[Row], weights: list[float] | None = None) -> pl.DataFrame:
    """Rows of (hours ago, answer, truth, latency)."""
    table = pl.DataFrame(
        {
            "at": [NOW - timedelta(hours=h) for h, *_ in rows], "request_id": [str(i) for i in range(len(rows))],
            "label": [r[1] for r in rows], "truth": [r[2] for r in rows], "latency_ms": [r[3] for r in rows],
        },
        schema={"at": pl.Datetime("us", "UTC"), "request_id": pl.String, "label": pl.String, "truth": pl.String,
                "latency_ms": pl.Float64},
    )  # fmt: skip
    return table if weights is None else table.with_columns(pl.Series("weight", weights))


def budget(slo: SLO, rows: list[Row], failures: pl.DataFrame = NO_FAILURES, **more: object) -> ErrorBudget:
    (found,) = error_budgets(window(rows, **more), failures, [slo], now=NOW, window_days=7.0)  # type: ignore[arg-type]
    return found


def test_recall_uses_what_its_class_allows_and_unlabelled_rows_count_for_nothing() -> None:
    rows: list[Row] = [(30.0, "legal", "legal", 1.0)] * 90 + [(30.0, "other", "legal", 1.0)] * 10
    found = budget(RECALL, [*rows, (30.0, "other", None, 1.0), (30.0, "legal", "other", 1.0)])
    assert (found.n, found.n_bad, found.allowed) == (100, 10.0, pytest.approx(20.0))
    assert found.used.value == pytest.approx(0.5)
    assert found.used.interval is not None
    assert found.used.interval.low < 0.5 < found.used.interval.high
    assert (found.state, found.most_burn) == ("ok", pytest.approx(5.0))


def test_more_than_allowed_beyond_chance_is_exhausted() -> None:
    rows: list[Row] = [(30.0, "legal", "legal", 1.0)] * 60 + [(30.0, "other", "legal", 1.0)] * 40
    assert budget(RECALL, rows).state == "exhausted"
    few: list[Row] = [(30.0, "legal", "legal", 1.0)] * 6 + [(30.0, "other", "legal", 1.0)] * 4
    assert budget(RECALL, few).state == "not enough evidence"


@pytest.mark.parametrize("indicator", ["recall", "precision", "latency_p95_ms", "availability"])
def test_nothing_is_not_success(indicator: str) -> None:
    slo = SLO(indicator=indicator, class_name="legal" if indicator in ("recall", "precision") else None, target=0.9)
    found = budget(slo, [])
    assert (found.n, found.used.value, found.state) == (0, None, "not enough evidence")
    assert {r.state for r in found.rules} <= {"not enough evidence", "unreachable"}


def test_a_fifth_in_a_day_burns_only_if_it_is_seen_lately_too() -> None:
    long_ago: list[Row] = [(20.0, "other", "legal", 1.0)] * 60 + [(1.0, "legal", "legal", 1.0)] * 60
    lately: list[Row] = [(20.0, "other", "legal", 1.0)] * 60 + [(1.0, "other", "legal", 1.0)] * 60
    assert budget(RECALL, long_ago).rules[0].state == "quiet"
    assert budget(RECALL, lately).rules[0].state == "burning"


def test_latency_and_failures_are_counted_by_request() -> None:
    slow: list[Row] = [(1.0, "a", None, 300.0)] * 10 + [(1.0, "a", None, 20.0)] * 90
    found = budget(SLO(indicator="latency_p95_ms", class_name=None, target=200.0), slow)
    assert (found.n_bad, found.allowed, found.used.value) == (10.0, pytest.approx(5.0), pytest.approx(2.0))
    failures = pl.DataFrame({"at": [NOW - timedelta(hours=1)], "n": [5]}, schema=NO_FAILURES.schema)
    found = budget(SLO(indicator="availability", class_name=None, target=0.999), slow, failures)
    assert (found.n, found.n_bad, found.state) == (105, 5.0, "exhausted")


def test_chosen_rows_count_by_their_weight() -> None:
    rows: list[Row] = [(30.0, "legal", "legal", 1.0)] * 50 + [(30.0, "other", "legal", 1.0)] * 50
    found = budget(RECALL, rows, weights=[9.0] * 50 + [1.0] * 50)
    assert found.used.value == pytest.approx(0.5)
    assert found.used.basis == "sampled"


@pytest.mark.parametrize(
    ("target", "days", "reachable"),
    [(0.80, 7.0, [True, True]), (0.80, 28.0, [False, True]), (0.60, 14.0, [False, True]), (0.40, 7.0, [True, False])],
)
def test_rules_that_no_model_could_break_are_named(target: float, days: float, reachable: list[bool]) -> None:
    rules = burn_rules(target, days, QUALITY_RULES)
    assert [r.is_reachable for r in rules] == reachable
    assert all(bool(r.why) != r.is_reachable for r in rules)


def test_the_longest_window_is_said() -> None:
    assert "at most 25 days" in burn_rules(0.80, 28.0, QUALITY_RULES)[0].why
    assert [round(r.factor, 1) for r in burn_rules(0.999, 30.0, REQUEST_RULES)] == [14.4, 6.0, 3.0]
