"""Evidence is the same in whatever batches labels come, begins afresh where it must, and raises what it amounts to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import SLO, Alert, AlertPolicy, LabelSpace, Stream, StreamState
from classward.lifecycle.monitor import (
    Truths,
    alert_for,
    alerts_due,
    fresh_state,
    settled,
    streams_of,
    taken_in,
)

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
RECALL = Stream(family="recall", class_name="legal", promised=0.8, severity="page", alpha=0.01)
PRECISION = Stream(family="precision", class_name="legal", promised=0.8, severity="page", alpha=0.01)


def truths(
    pairs: list[tuple[str, str]], *, days: list[int] | None = None, weights: list[float] | None = None
) -> Truths:
    n = len(pairs)
    return Truths(
        version=1,
        day=np.array(days or [0] * n, np.int64) + DAY.toordinal(),
        truth=np.array([t for t, _ in pairs], np.str_),
        answer=np.array([a for _, a in pairs], np.str_),
        weight=np.array(weights or [1.0] * n, np.float64),
    )


def after(stream: Stream, *args: object, **more: object) -> StreamState:
    return taken_in(fresh_state(stream, version=1, today=DAY), stream, truths(*args, **more))  # type: ignore[arg-type]


PAIRS = st.lists(st.tuples(st.sampled_from(["legal", "other"]), st.sampled_from(["legal", "other"])), max_size=60)


@given(PAIRS, st.lists(st.integers(0, 3), max_size=5), st.lists(st.integers(0, 500), max_size=60))
def test_batches_and_looks_do_not_matter(pairs: list[tuple[str, str]], cuts: list[int], steps: list[int]) -> None:
    days = sorted((steps + [0] * len(pairs))[: len(pairs)])
    end_on = DAY + timedelta(days=600)
    fresh = fresh_state(RECALL, version=1, today=DAY)
    at_once = taken_in(fresh, RECALL, truths(pairs, days=days), until=end_on)
    state, start = fresh_state(RECALL, version=1, today=DAY), 0
    for end in [*sorted({min(len(pairs), 7 * c) for c in cuts}), len(pairs)]:
        part = truths(pairs[start:end], days=days[start:end])
        until = date.fromordinal(DAY.toordinal() + days[start]) if start < len(pairs) else None
        state = taken_in(state, RECALL, part, until=until)
        start = end
    state = taken_in(state, RECALL, truths([]), until=end_on)
    assert (state.n, state.n_hits, state.is_raised) == (at_once.n, at_once.n_hits, at_once.is_raised)
    np.testing.assert_allclose(state.log_wealth, at_once.log_wealth, rtol=1e-9, atol=1e-9)


def test_recall_counts_the_class_precision_what_was_called_so() -> None:
    pairs = [("legal", "legal"), ("legal", "other"), ("other", "legal"), ("other", "other")]
    assert (after(RECALL, pairs).n, after(RECALL, pairs).n_hits) == (2, 1)
    assert (after(PRECISION, pairs).n, after(PRECISION, pairs).n_hits) == (2, 1)


def test_misses_raise_at_the_label_that_is_enough_and_stay_raised() -> None:
    state = after(RECALL, [("legal", "other")] * 40)
    assert state.is_raised
    enough = state.n_at_peak
    assert not after(RECALL, [("legal", "other")] * (enough - 1)).is_raised
    later = taken_in(state, RECALL, truths([("legal", "legal")] * 300))
    assert later.is_raised
    assert (later.n_at_peak, later.n_since, later.n_hits_since) == (enough, 340 - enough, 300)


def test_days_add_stakes_and_a_year_begins_afresh() -> None:
    day_two = taken_in(fresh_state(RECALL, version=1, today=DAY), RECALL, truths([]), until=DAY + timedelta(days=1))
    np.testing.assert_allclose(day_two.log_wealth, np.log(2.0))
    lucky = after(RECALL, [("legal", "other")] * 3)
    assert max(lucky.log_wealth) > 0.0
    new_year = taken_in(lucky, RECALL, truths([]), until=DAY + timedelta(days=366))
    assert new_year.began_on == DAY + timedelta(days=365)
    np.testing.assert_allclose(new_year.log_wealth, np.log(2.0))


def test_heavy_rows_are_no_evidence_and_other_versions_are_refused() -> None:
    assert after(RECALL, [("legal", "other")] * 2, weights=[1.0, 3.0]).n == 1
    with pytest.raises(ValueError, match="no evidence about version 2"):
        taken_in(fresh_state(RECALL, version=2, today=DAY), RECALL, truths([]))


def test_the_chance_is_shared_among_kinds_and_then_promises() -> None:
    slos = [
        SLO(indicator="recall", class_name="a", target=0.8), SLO(indicator="recall", class_name="b", target=0.9),
        SLO(indicator="precision", class_name="a", target=0.7), SLO(indicator="latency_p95_ms", class_name=None, target=200),
        SLO(indicator="recall", class_name="gone", target=0.8),
    ]  # fmt: skip
    found = streams_of(slos, AlertPolicy(false_pages=0.04), LabelSpace.of(["a", "b", "c"]))
    assert [(s.key, s.alpha) for s in found] == [("precision:a", 0.02), ("recall:a", 0.01), ("recall:b", 0.01)]
    assert sum(s.alpha for s in found) == pytest.approx(0.04)


def alert(state: StreamState, *, version: int = 1) -> Alert:
    raised = alerts_due([RECALL], [state], [], live_version=1)
    return replace(alert_for(raised[0], alert_id="A", now=NOW), version=version)


def test_an_alarm_is_raised_once_and_resolved_by_labels_or_another_version() -> None:
    broken = after(RECALL, [("legal", "other")] * 40)
    assert not alerts_due([RECALL], [after(RECALL, [("legal", "legal")] * 40)], [], live_version=1)
    given = alert(broken)
    assert (given.n, given.n_hits, given.state) == (broken.n_at_peak, 0, "firing")
    assert given.evidence >= given.level
    assert not alerts_due([RECALL], [broken], [given], live_version=1)
    mended = taken_in(after(RECALL, [("legal", "other")] * broken.n_at_peak), RECALL, truths([("legal", "legal")] * 60))
    (due,) = alerts_due([RECALL], [mended], [given], live_version=1)
    assert due.alert == given
    assert "kept again" in due.why
    fresh = fresh_state(RECALL, version=2, today=DAY)
    (due,) = alerts_due([RECALL], [fresh], [given], live_version=2)
    assert due.why == "version 2 went live"


def test_a_resolved_alarm_begins_afresh_and_is_not_raised_again() -> None:
    broken = after(RECALL, [("legal", "other")] * 40)
    given = alert(broken)
    assert settled([broken], [given]) == frozenset()
    assert settled([broken], [replace(given, state="resolved")]) == {"recall:legal"}
