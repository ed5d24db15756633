"""A load plan keeps sizes, rows and the shape of the log; its report judges what came back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from classward.errors import Refused
from classward.flows.load_plan import LoadPlan, plan_load
from classward.flows.load_report import Sent, report_load

START = datetime(2026, 11, 1, tzinfo=UTC)


def log_of(requests: list[tuple[float, int, str]]) -> SimpleNamespace:
    """A context whose log has requests of (seconds, rows, kind)."""
    rows = [
        {"request_id": f"r{i}", "at": START + timedelta(seconds=at), "kind": kind, "features": f'{{"x": {i}}}'}
        for i, (at, n, kind) in enumerate(requests)
        for _ in range(n)
    ]
    frame = pl.DataFrame(
        rows, schema={"request_id": pl.String, "at": pl.Datetime("us", "UTC"), "kind": pl.String, "features": pl.String}
    )
    return SimpleNamespace(
        task=SimpleNamespace(name="t"), log=SimpleNamespace(predictions=lambda columns: frame.select(columns))
    )


def plan(requests, *, seconds=10.0, rate=None, step=1.0, seed=0) -> LoadPlan:
    return plan_load(log_of(requests), seconds=seconds, rate=rate, step=step, rng=np.random.default_rng(seed))


def test_the_shape_and_the_mix_of_the_log_are_kept() -> None:
    quiet = [(float(at), 1, "online") for at in range(0, 1200, 10)]
    busy = [(float(at), 4, "online") for at in range(1200, 2400)]
    made = plan([*quiet, *busy], rate=100.0)
    at = np.array([r.at_s for r in made.requests])
    assert len(at) == pytest.approx(1000, abs=30)
    assert (at[1:] >= at[:-1]).all()
    assert at.max() < 10.0
    assert (at < 5.0).mean() == pytest.approx(120 / 1320, abs=0.02)
    sizes = np.array([len(r.rows) for r in made.requests])
    assert set(sizes.tolist()) == {1, 4}
    assert (sizes == 1).mean() == pytest.approx(120 / 1320, abs=0.04)
    assert made.logged_rate == pytest.approx(1320 / 2399)
    assert plan([*quiet, *busy], rate=100.0) == made
    assert plan([*quiet, *busy], rate=100.0, seed=1) != made


def test_a_step_multiplies_the_second_half() -> None:
    made = plan([(float(at), 1, "online") for at in range(2400)], rate=100.0, step=3.0)
    assert made.step_s == 5.0
    late = sum(r.at_s >= 5.0 for r in made.requests)
    assert late / (len(made.requests) - late) == pytest.approx(3.0, abs=0.2)


def test_one_moment_is_spread_and_batches_are_not_replayed() -> None:
    made = plan([(0.0, 1, "online"), (5.0, 9, "batch")], rate=20.0)
    assert len(made.requests) == pytest.approx(200, abs=24)
    assert {len(r.rows) for r in made.requests} == {1}
    assert max(r.at_s for r in made.requests) > 9.0


def test_nothing_to_replay_and_too_much_are_refused() -> None:
    with pytest.raises(Refused, match="CW521"):
        plan([(0.0, 1, "batch")])
    with pytest.raises(Refused, match="CW522"):
        plan([(float(at), 1, "online") for at in range(100)], rate=1e6)


def judged(sent: list[Sent], *, step_s: float | None = None, **more):
    made = LoadPlan(requests=(), seconds=4.0, rate=1.0, logged_rate=1.0, n_logged=1, step_s=step_s)
    return report_load(made, sent, slo_p95_ms=100.0, **more)


def test_what_is_shed_and_what_fails_break_the_promise() -> None:
    fine = [Sent(i / 10, 0.05, 200, 2) for i in range(40)]
    report = judged(fine, price_per_hour=3.6)
    assert report.is_kept
    assert (report.n_answered, report.n_rows, report.p95_ms) == (40, 80, 50.0)
    assert report.cost_per_1000_rows == pytest.approx(1000 * 3.6 * 4 / 3600 / 80)
    for status, counts in ((503, (1, 0)), (429, (1, 0)), (500, (0, 1)), (0, (0, 1))):
        report = judged([*fine, Sent(4.0, 0.0, status, 1)])
        assert not report.is_kept
        assert (report.n_shed, report.n_failed) == counts
    assert not judged([Sent(0.0, 0.2, 200, 1)]).is_kept
    nothing = judged([Sent(0.0, 0.2, 0, 1)])
    assert (nothing.p95_ms, nothing.is_kept) == (None, False)


def test_the_lag_is_the_time_until_the_promise_holds_again_and_stays() -> None:
    def took(at: float) -> float:
        return 0.5 if 2.0 <= at < 2.9 else 0.01

    sent = [Sent(i / 20, took(i / 20), 200, 1) for i in range(80)]
    assert judged(sent, step_s=2.0).lag_s == 1.0
    assert judged(sent, step_s=3.0).lag_s == 0.0
    assert judged([*sent, Sent(3.99, 0.0, 503, 1)], step_s=2.0).lag_s is None
    assert judged(sent).lag_s is None
