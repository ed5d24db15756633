"""The plan asks for as many rows as its own intervals need, no more and no less."""

from __future__ import annotations

import pytest

from classward.domain import SLO, DataSource, Feature, Measure, Task
from classward.lifecycle.data.advice import expected_recall, needs_of
from classward.statistics import rate_sequence, wilson


def task(**changes: object) -> Task:
    plain: dict[str, object] = {
        "name": "t", "label": "team", "features": (Feature(name="text", kind="text"),),
        "train": DataSource(location="t.csv"),
    }  # fmt: skip
    return Task(**(plain | changes))  # type: ignore[arg-type]


def test_rows_for_the_width_suffice_and_fewer_do_not() -> None:
    (need,) = needs_of([("a", 100)], task(test=DataSource(location="x.csv")), half_width=0.05, assumed_recall=0.8)
    n = 100 + need.more_for_width
    low, high = wilson(0.8 * n, n)
    assert high - low <= 0.1
    low, high = wilson(0.8 * (n - 1), n - 1)
    assert high - low > 0.1
    assert need.n_test == 100


def test_only_the_test_share_measures() -> None:
    (whole,) = needs_of([("a", 0)], task(test=DataSource(location="x.csv")))
    (part,) = needs_of([("a", 0)], task(test_share=0.2))
    assert part.more_for_width == pytest.approx(5 * whole.more_for_width, abs=5)


def test_a_measured_recall_replaces_the_assumed_one() -> None:
    measured = {"a": Measure(value=0.5, n=40)}
    a, b = needs_of([("a", 200), ("b", 200)], task(), recalls=measured, assumed_recall=0.95)
    assert a.class_name == "a"
    assert a.more_for_width > b.more_for_width
    assert a.n_test == 40
    assert b.recall.value is None


def test_a_class_known_well_enough_needs_nothing() -> None:
    (need,) = needs_of([("a", 5000)], task(), recalls={"a": Measure(value=0.97, n=1000)})
    assert need.more_for_width == 0


def test_rows_for_a_promise_decide_it() -> None:
    slos = (SLO(indicator="recall", class_name="a", target=0.8), SLO(indicator="precision", class_name="b", target=0.8))
    whole = task(test=DataSource(location="x.csv"), slos=slos)
    a, b = sorted(needs_of([("a", 0), ("b", 0)], whole, assumed_recall=0.9), key=lambda need: need.class_name)
    assert b.target is None
    assert b.more_for_target is None
    assert a.target == 0.8
    assert a.more_for_target is not None
    low, _ = rate_sequence(round(0.9 * a.more_for_target), a.more_for_target, alpha=0.05)
    assert low >= 0.8
    (on_target,) = needs_of([("a", 0)], whole, assumed_recall=0.8)
    assert on_target.more_for_target is None
    (decided,) = needs_of([("a", 900)], whole, recalls={"a": Measure(value=0.95, n=900)})
    assert decided.more_for_target == 0


def test_learning_curve_continues_a_power_law() -> None:
    points = [(n, 1 - 2.0 * n**-0.5) for n in (50, 100, 200, 400)]
    found = expected_recall(points, 800)
    assert found is not None
    assert found.value == pytest.approx(1 - 2.0 * 800**-0.5)
    assert found.basis == "estimated"
    assert found.n == 4


def test_scatter_widens_the_interval_and_a_rising_error_promises_nothing() -> None:
    even = expected_recall([(50, 0.6), (100, 0.7), (200, 0.78), (400, 0.84)], 800)
    odd = expected_recall([(50, 0.6), (100, 0.75), (200, 0.7), (400, 0.84)], 800)
    assert even is not None
    assert odd is not None
    assert even.interval is not None
    assert odd.interval is not None
    assert odd.interval.high - odd.interval.low > even.interval.high - even.interval.low
    worse = expected_recall([(50, 0.8), (100, 0.7), (200, 0.6)], 400)
    assert worse is not None
    assert worse.value == pytest.approx(0.71, abs=0.02)
    assert expected_recall([(50, 0.8), (50, 0.7), (100, 0.9)], 400) is None
