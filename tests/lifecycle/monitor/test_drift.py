"""Kept days against a reference: quiet where nothing changed; named, dated, sized and explained where something did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from classward.domain import (
    AlertPolicy,
    AnswerReference,
    BucketKey,
    DayBucket,
    Feature,
    LabelSpace,
    Reference,
)
from classward.lifecycle.monitor import (
    bucket_of,
    drift_signals,
    grown,
    make_reference,
    stakes_over,
    ticket_for,
    tickets_due,
    with_labels,
)

SPACE = LabelSpace.of(("a", "b", "c"))
FEATURES = (
    Feature(name="amount", kind="numeric"), Feature(name="country", kind="categorical"), Feature(name="text", kind="text"),
    Feature(name="urgent", kind="boolean"), Feature(name="photo", kind="image"),
)  # fmt: skip
LIVE = date(2026, 3, 1)
POLICY = AlertPolicy()


def rows(
    n: int, rng: np.random.Generator, *, shift: float = 0.0, missing: float = 0.05, new: float = 0.0
) -> pl.DataFrame:
    countries = np.where(rng.random(n) < new, "xx", rng.choice(["de", "fr", "jp"], size=n, p=[0.6, 0.3, 0.1]))
    amount = [float(v) if rng.random() >= missing else None for v in rng.normal(shift, 1.0, size=n)]
    return pl.DataFrame(
        {
            "amount": amount, "country": countries.tolist(), "text": ["w" * int(k) for k in rng.poisson(30, size=n)],
            "urgent": (rng.random(n) < 0.2).tolist(), "photo": [None] * n,
        },
        schema_overrides={"photo": pl.Binary},
    )  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> Reference:
    rng = np.random.default_rng(1)
    answers = AnswerReference(
        answered=(5_800, 4_000, 200, 0), expected=(23_000.5, 16_000.5, 800.5, 0.5),
        confusion=((5_500, 250, 50, 0), (250, 3_700, 50, 0), (50, 50, 100, 0)),
        bins=((0, 0.0, 0),) * 9 + tuple((1_000, 1_000 * (i + 0.5) / 15, round(1_000 * (i + 0.5) / 15)) for i in range(9, 15)),
    )  # fmt: skip
    return make_reference(rows(8_000, rng), FEATURES, SPACE, version=1, answers=answers, rng=rng)


def day(
    reference: Reference, i: int, rng: np.random.Generator, *, n: int = 400, p: tuple[float, ...] = (0.58, 0.4, 0.02),
    temper: float = 1.0, **change: float,
) -> DayBucket:  # fmt: skip
    values = rows(n, rng, **change)
    said = rng.choice(["a", "b", "c"], size=n, p=p)
    confidence = rng.choice(np.arange(9, 15), size=n) / 15 + 1 / 30
    odds = np.log(confidence / (1 - confidence)) / temper
    right = rng.random(n) < 1 / (1 + np.exp(-odds))
    table = pl.DataFrame(
        {
            "id": [f"{i}-{j}" for j in range(n)], "version": 1, "label": said.tolist(), "probability": confidence,
            "truth": [s if ok else "a" if s != "a" else "b" for s, ok in zip(said, right, strict=True)],
            "weight": 1.0, "features": values.drop("photo").write_ndjson().splitlines(),
            "payload_weight": 1.0,
        }
    )  # fmt: skip
    return bucket_of(table, BucketKey(version=1, route="live", day=LIVE + timedelta(days=i)), SPACE, reference)


def signals(reference: Reference, days: list[DayBucket], **more: object) -> dict:
    today = LIVE + timedelta(days=len(days) - 1)
    found = drift_signals(reference, days, POLICY, since=LIVE, year_began_on=LIVE, today=today, **more)  # type: ignore[arg-type]
    return {s.key: s for s in found}


def proved(found: dict) -> set[str]:
    return {key for key, s in found.items() if s.evidence >= s.level}


def test_quiet_days_say_nothing_and_the_chance_is_shared(reference: Reference) -> None:
    rng = np.random.default_rng(2)
    found = signals(reference, [day(reference, i, rng) for i in range(12)])
    assert proved(found) == set()
    assert sum(s.alpha for s in found.values()) == pytest.approx(POLICY.false_tickets)
    assert {s.family for s in found.values()} == {"feature", "missing", "unseen", "answers", "calibration"}
    assert all(np.isfinite(s.evidence) for s in found.values())


def test_a_moved_column_is_named_and_dated_and_others_are_not(reference: Reference) -> None:
    rng = np.random.default_rng(3)
    found = signals(reference, [day(reference, i, rng, shift=0.5 if i >= 9 else 0.0) for i in range(14)])
    assert proved(found) == {"drift:feature:amount", "drift:feature:amount:opening"}
    moved = found["drift:feature:amount"]
    assert abs((moved.changed_on - (LIVE + timedelta(days=9))).days) <= 1
    assert moved.shift_sd == pytest.approx(0.5, abs=0.1)
    assert moved.cause == "over time"
    assert "'amount'" in moved.said
    assert "sd" in moved.said


def test_a_column_that_was_different_from_the_start_is_skew_and_not_drift_over_time(reference: Reference) -> None:
    rng = np.random.default_rng(4)
    found = signals(reference, [day(reference, i, rng, shift=0.6) for i in range(14)])
    assert proved(found) == {"drift:feature:amount"}
    assert found["drift:feature:amount"].cause == "since the first day"
    assert "since the version's first day" in found["drift:feature:amount"].said


def test_gaps_new_values_and_answers_are_told_apart(reference: Reference) -> None:
    rng = np.random.default_rng(5)
    changed = [day(reference, i, rng, missing=0.2, new=0.05, p=(0.54, 0.4, 0.06)) for i in range(6)]
    found = signals(reference, changed)
    assert {"drift:missing:amount", "drift:unseen:country", "drift:answers:c"} <= proved(found)
    assert "drift:feature:amount" not in proved(found)
    assert found["drift:unseen:country"].reference_share == 0.0
    assert found["drift:answers:c"].share == pytest.approx(0.06, abs=0.02)


def test_confidence_that_means_less_is_calibration_decay(reference: Reference) -> None:
    rng = np.random.default_rng(6)
    found = signals(reference, [day(reference, i, rng, temper=1.8, n=800) for i in range(4)])
    assert proved(found) == {"drift:calibration:"}
    assert found["drift:calibration:"].share < found["drift:calibration:"].reference_share


def test_a_ticket_is_raised_once_resolved_when_it_is_over_and_counts_afresh_then(reference: Reference) -> None:
    rng = np.random.default_rng(7)
    days = [day(reference, i, rng, shift=0.5 if 2 <= i < 6 else 0.0) for i in range(6)]
    found = signals(reference, days)
    (due,) = [d for d in tickets_due(tuple(found.values()), (), POLICY, live_version=1) if d.signal]
    now = datetime(2026, 3, 6, tzinfo=UTC)
    ticket = ticket_for(due.signal, alert_id="T1", version=1, now=now)
    assert (ticket.severity, ticket.subject, ticket.state) == ("ticket", "amount", "firing")
    assert tickets_due(tuple(found.values()), (ticket,), POLICY, live_version=1) == ()
    days += [day(reference, i, rng) for i in range(6, 14)]
    found = signals(reference, days)
    (over,) = [d for d in tickets_due(tuple(found.values()), (ticket,), POLICY, live_version=1) if d.alert]
    assert over.alert == ticket
    done = replace(ticket, state="resolved", resolved_at=datetime(2026, 3, 14, tzinfo=UTC))
    again = signals(reference, days, not_before=stakes_over((done,), version=1))
    assert "drift:feature:amount" not in proved(again)
    gone, *_ = tickets_due(tuple(found.values()), (ticket,), POLICY, live_version=2)
    assert "version 2" in gone.why


def test_a_difference_that_is_proved_but_tiny_is_no_ticket(reference: Reference) -> None:
    rng = np.random.default_rng(8)
    found = signals(reference, [day(reference, i, rng, shift=0.5) for i in range(4)])
    blunt = replace(POLICY, least_effect=0.9)
    assert tickets_due(tuple(found.values()), (), blunt, live_version=1) == ()


def test_parts_of_a_day_add_up_to_the_day_and_late_labels_leave_a_stamp(reference: Reference) -> None:
    rng = np.random.default_rng(9)
    whole = day(reference, 0, rng, n=60)
    assert whole.n_payloads == 60
    rng = np.random.default_rng(9)
    values = rows(60, rng)
    table = pl.DataFrame(
        {
            "id": [str(j) for j in range(60)], "version": 1, "label": ["a", "b", "c"] * 20, "probability": 0.75,
            "truth": [None] * 60, "weight": [None] * 60, "payload_weight": 1.0,
            "features": values.drop("photo").write_ndjson().splitlines(),
        },
        schema_overrides={"truth": pl.String, "weight": pl.Float64},
    )  # fmt: skip
    made = bucket_of(table, whole.key, SPACE, reference)
    parts = [bucket_of(table[a:b], whole.key, SPACE, reference) for a, b in ((0, 7), (7, 41), (41, 60))]
    assert grown(grown(grown(None, parts[2]), parts[0]), parts[1]) == made
    labelled = table.with_columns(truth=pl.lit("a"), weight=pl.lit(1.0))
    late = with_labels(made, labelled[:9], SPACE, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert (late.revision, late.why) == (1, "9 labels came: 3 of 9 right, 0 of 0 before")
    assert late.answers.n_predictions == 60
    assert sum(map(sum, late.answers.confusion)) == 9


def test_a_window_without_rows_of_one_class_or_all_missing_is_quiet_or_named(reference: Reference) -> None:
    assert proved(signals(reference, [])) == set()
    rng = np.random.default_rng(10)
    found = signals(reference, [day(reference, 0, rng, missing=1.1, p=(1.0, 0.0, 0.0))])
    assert {"drift:missing:amount", "drift:answers:a", "drift:answers:b"} <= proved(found)
    assert found["drift:feature:amount"].n == 0
    assert found["drift:feature:amount"].effect is None


def test_rows_kept_with_unequal_chances_are_thinned_evenly(reference: Reference) -> None:
    """Of 4,000 answers, 400 are notable and always kept; of the others one in four is kept, with weight 4."""
    n = 4_000
    notable = np.arange(n) % 10 == 0
    kept = notable | (np.arange(n) % 4 == 1)
    table = pl.DataFrame(
        {
            "id": [f"r{j}" for j in range(n)], "version": 1, "label": "a", "probability": 0.9, "truth": [None] * n,
            "weight": [None] * n, "payload_weight": np.where(notable, 1.0, 4.0),
            "features": [f'{{"amount": {5 if odd else 0}.0}}' if k else None for odd, k in zip(notable, kept, strict=True)],
        },
        schema_overrides={"truth": pl.String, "weight": pl.Float64},
    )  # fmt: skip
    made = bucket_of(table, BucketKey(version=1, route="live", day=LIVE), SPACE, reference)
    share = made.features[0].total / 5 / made.n_payloads
    assert share == pytest.approx(0.1, abs=0.03), "not the 0.31 of the rows that were kept"
